"""A comparison of two things trial by trial, and the sign test of who was better more often."""

import math
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt

import numpy as np

RELATIONS = {"below": lt, "above": gt, "at_most": le, "at_least": ge, "equals": eq}


def sign_test(wins, losses):
    """P(at least `wins` of `wins + losses` fair coins), the one-sided sign test; ties left out."""
    n = wins + losses
    if wins <= losses:  # the longer tail, from the shorter one
        return 1.0 - sign_test(losses + 1, wins - 1) if wins else 1.0
    # Terms relative to the first; each is smaller than the one before.
    total = term = 1.0
    for k in range(wins + 1, n + 1):
        term *= (n - k + 1) / k
        total += term
        if term < 1e-18:
            break
    first = math.lgamma(n + 1) - math.lgamma(wins + 1) - math.lgamma(losses + 1)
    return math.exp(first - n * math.log(2)) * total


def worst_if_undefined(values):
    """Numbers of which one that is not a number, as after a divergence, is larger than any."""
    values = np.asarray(values, float)
    return np.where(np.isnan(values), np.inf, values)


@dataclass(frozen=True)
class Pairs:
    """How often a relation between two things held, and how often its reverse.

    Attributes
    ----------
    wins, losses : int
        Trials in which the relation was true; and in which it was false though the two differed.
        Equal numbers are a win of `at_most`, `at_least` and `equals`, and else a tie.
    trials : int
        All of them, ties included.
    """

    wins: int
    losses: int
    trials: int

    @classmethod
    def of(cls, ours, theirs, relation="below"):
        """Compare two arrays (n,), trial by trial; what is not a number is larger than any.

        Parameters
        ----------
        ours, theirs : array_like, shape (n,)
            A number for each trial, such as a seed, in the same order.
        relation : str
            One of `RELATIONS`: what `ours` should be of `theirs`.
        """
        ours, theirs = worst_if_undefined(ours), worst_if_undefined(theirs)
        if ours.shape != theirs.shape:
            raise ValueError(f"pairs of {ours.shape} and {theirs.shape} numbers; expected as many")
        true = RELATIONS[relation](ours, theirs)
        return cls(int(true.sum()), int(((ours != theirs) & ~true).sum()), len(ours))

    @property
    def p(self):
        """The probability of so many wins or more, if wins and losses were equally likely."""
        return sign_test(self.wins, self.losses)

    @property
    def p_reversed(self):
        """The probability of so many losses or more, if wins and losses were equally likely."""
        return sign_test(self.losses, self.wins)
