"""Points, measured and predicted, and the one rule by which they decide a claim."""

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from fastdense.judging import verdicts
from fastdense.judging.intervals import CONFIDENCE, normal, quantile, standard_error, wilson
from fastdense.judging.verdicts import AGREES, DIFFERS, OPEN

SIGNIFICANCE = 0.01  # how often all points of a claim together may be wrong by chance

RULE = (
    "A point agrees if its interval meets what theory predicts, give or take what the claim "
    "allows, and is narrow enough to tell; chance makes one of a claim's points wrong "
    f"{SIGNIFICANCE:.0%} of the time. A claim holds if all points agree, is refuted if none does "
    "and one differs, holds partly if some agree and some differ, and is undecided otherwise. "
    "More: docs/json.md"
)


@dataclass(frozen=True)
class Quantity:
    """What is measured, and against what.

    Parameters
    ----------
    along : str
        Name, with its unit, of what a point's `at` is; empty where that is a name itself.
    log : str
        Axes of a picture that are logarithmic: "", "x", "y" or "xy".
    """

    along: str = ""
    log: str = ""


@dataclass(frozen=True)
class Claim:
    """A sentence of a source, and how near a measurement must come to it.

    Parameters
    ----------
    text : str
    source : str
        Title, if another than the theory's.
    absolute, relative : float
        How far from its prediction a number may be, for rounding or for what the formula leaves
        out: so much, or so large a share of it.
    resolution : float
        How far beyond that a random number's interval may reach, in units of the prediction or
        of 1, whichever is larger; wider ones leave the point undecided.
    own : bool
        This project's, which nobody has published.
    """

    text: str
    source: str = ""
    absolute: float = 0.0
    relative: float = 0.0
    resolution: float = 0.01
    own: bool = False

    def allowed(self, theory):
        """The range of numbers (low, high) that agree with a prediction."""
        low, high = theory
        return (
            low - self.absolute - self.relative * (abs(low) if isfinite(low) else 0.0),
            high + self.absolute + self.relative * (abs(high) if isfinite(high) else 0.0),
        )

    def __str__(self):
        near = [f"{100 * self.relative:.2g}%"] if self.relative else []
        near += [f"{self.absolute:.2g}"] if self.absolute else []
        if near:
            return f"within {' and '.join(near)} of the prediction"
        if self.resolution:
            return f"an interval that reaches at most {self.resolution:.2g} beyond the prediction"
        return "exactly the prediction"

    def to_dict(self):
        """What it says and needs, as JSON has it."""
        return {
            "text": self.text,
            "source": self.source,
            "own": self.own,
            "needed": str(self),
        }


@dataclass(frozen=True)
class Point:
    """A number that was measured, how sure it is, and what theory says.

    Made by `share`, `mean` or `exact`.

    Attributes
    ----------
    quantity, series : str
        What was measured, and on which line of its picture it lies.
    at : float or str
        Where on that line.
    measured : float
    theory : (low, high) or None
        Equal where theory gives a number; infinite where it gives no bound.
    claim : str or None
        Key of the claim that it is evidence of.
    samples : int
        Of which it is a share or mean; 0 for an exact number.
    """

    quantity: str
    series: str
    at: float | str
    measured: float
    theory: tuple[float, float] | None = None
    claim: str | None = None
    samples: int = 0
    successes: int | None = None
    error: float = 0.0  # standard error of a mean

    def interval(self, confidence=CONFIDENCE):
        """Where the number lies, (low, high), with so much confidence."""
        if self.successes is not None:
            return wilson(self.successes, self.samples, quantile(confidence))
        return normal(self.measured, self.error, quantile(confidence))


def share(quantity, series, at, successes, samples, theory=None, claim=None):
    """A share of samples, with the interval of Wilson."""
    successes, samples = int(successes), int(samples)
    measured = successes / samples if samples else 0.0
    return Point(
        quantity, series, at, measured, _range(theory), claim, samples, successes=successes
    )


def mean(quantity, series, at, values, theory=None, claim=None):
    """The mean of independent numbers (n,), with the interval of the normal distribution."""
    values = np.asarray(values, float)
    measured, error = float(values.mean()), standard_error(values)
    return Point(quantity, series, at, measured, _range(theory), claim, len(values), error=error)


def exact(quantity, series, at, measured, theory=None, claim=None):
    """A number that no chance is in."""
    return Point(quantity, series, at, float(measured), _range(theory), claim)


def _range(theory):
    if theory is None or isinstance(theory, tuple):
        return theory
    return float(theory), float(theory)


@dataclass(frozen=True)
class Verdict(verdicts.Verdict):
    """A claim with what its points say; `states` holds "agrees", "differs" or "undecided"."""

    states: tuple[str, ...]

    def numbers(self):
        """How many points there are, and how many of them agree, as JSON has them."""
        return {"points": len(self.states), "agreeing": self.states.count(AGREES)}


def judge(claim, points, quantities=None):
    """The verdict of its points on a claim; `quantities` name what `at` is in its evidence."""
    confidence = 1 - SIGNIFICANCE / max(len(points), 1)
    states = tuple(_state(claim, point, confidence) for point in points)
    word = verdicts.of_states(states)
    if not points:
        return Verdict(claim, word, "nothing was measured", states)
    decides = max(points, key=lambda point: _excess(claim, point, confidence))
    agreeing = f"{states.count(AGREES)} of {len(points)} points agree; " if len(points) > 1 else ""
    along = quantities[decides.quantity].along if quantities else ""
    return Verdict(claim, word, agreeing + describe(decides, along), states)


def _excess(claim, point, confidence):
    """How far an interval reaches beyond what agrees, in units of the prediction or of 1."""
    ends, (low, high) = point.interval(confidence), claim.allowed(point.theory)
    if not all(map(isfinite, ends)):
        return inf
    beyond = max(low - ends[0], ends[1] - high)
    # An exact claim about tiny numbers is decided by its tolerance.
    return beyond / (claim.absolute or _scale(point))


def _scale(point):
    return max(1.0, *(abs(end) for end in point.theory if isfinite(end)), 0.0)


def _state(claim, point, confidence):
    (low, high), allowed = point.interval(confidence), claim.allowed(point.theory)
    if not (low <= high):  # NaN
        return DIFFERS
    if high < allowed[0] or low > allowed[1]:
        return DIFFERS
    room = claim.resolution * _scale(point) if point.samples else 0.0
    inside = allowed[0] - room <= low and high <= allowed[1] + room
    return AGREES if inside else OPEN


def describe(point, along=""):
    """A point as part of a sentence."""
    place = point.at if isinstance(point.at, str) else f"{point.at:g}"
    place = f"{along} {place}" if along else place
    text = f"{point.quantity}, {point.series}, {place}: {digits(point.measured)}"
    if point.samples:
        text += " [{}, {}]".format(*map(digits, point.interval()))
    return f"{text} against {predicted(point.theory)}"


def predicted(theory):
    """What theory says: a number, a range, or one bound."""
    low, high = theory
    if low == high:
        return digits(low)
    if high == inf:
        return f"at least {digits(low)}"
    return f"at most {digits(high)}" if low == -inf else f"{digits(low)} to {digits(high)}"


def digits(value):
    """A number in four digits."""
    return f"{value:.4g}"
