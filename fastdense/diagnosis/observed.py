"""Which mistake of a program would leave a loss where the user's own one stands."""

import math
from dataclasses import dataclass

from fastdense import catalogue
from fastdense.errors import FastdenseError, shown

RELATIVE = 2e-3  # by which a loss of the last epoch may differ from that of all rows


@dataclass(frozen=True)
class Observed:
    """A loss, and how far from it another may be to print alike."""

    loss: float
    tolerance: float

    @classmethod
    def of(cls, given):
        """Read a number, or its text, whose last digit says how exact it is."""
        try:
            value = float(given)
        except (TypeError, ValueError):
            raise FastdenseError(
                f"observed is {shown(given)}; expected the loss at which yours stands, a number"
            ) from None
        if not math.isfinite(value):
            raise FastdenseError(
                f"observed is {value}; expected a finite loss, as no other tells which mistake it "
                "is: leave it out"
            )
        text = str(given).lower().partition("e")[0]
        digits = len(text.partition(".")[2])
        unit = 10.0**-digits if isinstance(given, str) and "." in text else 0.0
        return cls(value, max(0.5 * unit, RELATIVE * abs(value)))

    def matches(self, loss):
        """Whether a loss, or one of a range (low, high), is this one as far as is known."""
        low, high = loss if isinstance(loss, tuple) else (loss, loss)
        return low - self.tolerance <= self.loss <= high + self.tolerance


def mistakes(observed, case, trained):
    """Entries of mistakes that leave a training at the observed loss, and the loss of each.

    Those that say it to a number come before those that give a range.
    """
    found = []
    for name in catalogue.names("mistakes"):
        entry = catalogue.get("mistakes", name)
        for loss in entry.losses(case, trained):
            if observed.matches(loss):
                found.append((isinstance(loss, tuple), entry, loss))
                break
    found.sort(key=lambda one: (one[0], one[1].name))
    return [(entry, loss) for _, entry, loss in found]


def told(observed, loss):
    """What speaks for a mistake, in a sentence."""
    if isinstance(loss, tuple):
        return f"Your loss of {observed.loss:g} lies between {loss[0]:.4g} and {loss[1]:.4g}"
    return f"Your loss of {observed.loss:g} is near {loss:.5g}"
