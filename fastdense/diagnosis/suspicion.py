"""How strongly the evidence points to a cause."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Suspicion:
    """What points to a cause.

    Attributes
    ----------
    strength : float
        From 0 to 1: of what is measured, how much is as it must be where this is the cause.
    evidence : tuple of str
        The numbers, in sentences.
    certain : bool
        Whether nothing else can be the reason: no other change can cure it.
    """

    strength: float
    evidence: tuple[str, ...]
    certain: bool = False


def rising(value, low, high):
    """From 0 at `low` to 1 at `high`, straight in the logarithm; of NaN, 0."""
    if not value > 0:
        return 0.0
    share = math.log(value / low) / math.log(high / low)
    return min(max(share, 0.0), 1.0)
