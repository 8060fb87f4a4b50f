"""The words of a verdict, and the rules that choose one from an interval."""

from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np

from fastdense.judging.intervals import median_interval, share_interval

HOLDS, PARTLY, REFUTED, SAME, UNDECIDED = WORDS = (
    "holds", "partly", "refuted", "no difference", "undecided",
)  # fmt: skip
AGREES, DIFFERS, OPEN = "agrees", "differs", "undecided"  # what one point says of its claim


class Frequency(NamedTuple):
    """What a word of frequency means: from which share of trials on it is right, and wrong."""

    right: float
    wrong: float


# "Sometimes" stands for all words of existence: may, can, might.
HOW_OFTEN = {
    "always": Frequency(0.95, 0.5),
    "usually": Frequency(0.5, 0.25),
    "often": Frequency(0.25, 0.125),
    "sometimes": Frequency(0.05, 0.05),
}
EFFECT = 0.05  # the smallest relative difference that matters, where a claim states no other


@dataclass(frozen=True)
class Verdict:
    """A claim with the word on it, and the numbers behind that as a sentence.

    What else was measured belongs to a class of its own, which extends `numbers`.

    Attributes
    ----------
    claim : object
        Whatever has a `to_dict()`: its text, its source, and what it needs.
    verdict : str
        One of `WORDS`.
    evidence : str
    """

    claim: object
    verdict: str
    evidence: str

    def numbers(self):
        """The numbers behind the word, as JSON has them."""
        return {}

    def to_dict(self):
        """The claim, the word, the numbers and the evidence, as JSON has them (docs/json.md)."""
        return {
            **self.claim.to_dict(),
            "verdict": self.verdict,
            **self.numbers(),
            "evidence": self.evidence,
        }


def of_share(interval, how_often):
    """The word on a claim that should be true for a share of trials.

    Parameters
    ----------
    interval : (low, high)
        Of the share.
    how_often : str
        One of `HOW_OFTEN`. The claim holds, is refuted or holds partly if the whole interval says
        so; else it is undecided.
    """
    (low, high), (right, wrong) = interval, HOW_OFTEN[how_often]
    if low >= right:
        return HOLDS
    if high <= wrong:
        return REFUTED
    return PARTLY if wrong <= low and high <= right else UNDECIDED


def of_difference(interval, effect, relation="above"):
    """The word on a claim that compares two things.

    Parameters
    ----------
    interval : (low, high)
        Of the typical difference, which is positive where the first thing is larger.
    effect : float
        The smallest difference that matters.
    relation : str
        One of `paired.RELATIONS`: what the first thing should be of the second.
    """
    low, high = interval
    if relation in ("below", "at_most"):
        low, high = -high, -low
    larger = low > 0 and low >= effect
    smaller = high < 0 and high <= -effect
    same = -effect <= low and high <= effect
    if relation == "equals":
        return HOLDS if same else (REFUTED if larger or smaller else UNDECIDED)
    if relation in ("at_least", "at_most"):
        return HOLDS if low >= -effect else (REFUTED if smaller else UNDECIDED)
    if larger or smaller:
        return HOLDS if larger else REFUTED
    return SAME if same else UNDECIDED


def of_all(words):
    """The word on a claim from those on its settings: what they share, or partly."""
    words = set(words)
    if len(words) == 1:
        return words.pop()
    if not words & {HOLDS, PARTLY}:
        return UNDECIDED if UNDECIDED in words else REFUTED
    return UNDECIDED if words == {HOLDS, UNDECIDED} else PARTLY


def of_states(states):
    """The word on a claim by what each of its points says: `AGREES`, `DIFFERS` or `OPEN`."""
    agreeing = sum(state == AGREES for state in states)
    if states and agreeing == len(states):
        return HOLDS
    if not agreeing and DIFFERS in states:
        return REFUTED
    return PARTLY if DIFFERS in states else UNDECIDED


def fewest_units(how_often=None):
    """The least number of draws, or of seeds on given data, by which a claim may hold.

    Parameters
    ----------
    how_often : str, optional
        One of `HOW_OFTEN`; a comparison, if not given.
    """

    def word(n):
        if how_often is None:
            return of_difference(median_interval(np.ones(n)), EFFECT)
        return of_share(share_interval(np.ones((n, 1))), how_often)

    return next(n for n in count(2) if word(n) == HOLDS)


def percent(share, low, high):
    """A share with its interval, as part of a sentence: `75% [30%, 95%]`."""
    return f"{share:.0%} [{low:.0%}, {high:.0%}]"
