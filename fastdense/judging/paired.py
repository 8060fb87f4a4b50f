"""A comparison of two things trial by trial: by how much they typically differ."""

from math import comb
from operator import eq, ge, gt, le, lt

import numpy as np

RELATIONS = {"below": lt, "above": gt, "at_most": le, "at_least": ge, "equals": eq}
MAX = np.finfo(float).max / 4


def worst_if_undefined(values):
    """Numbers of which one that is not a number, as after a divergence, is larger than any."""
    values = np.asarray(values, float)
    return np.where(np.isnan(values), np.inf, values)


def differences(ours, theirs, relative=True):
    """By how much each of ours is larger than theirs.

    Parameters
    ----------
    ours, theirs : array_like
        Of one shape; infinite, or not a number, where a training diverged: larger than any number,
        and as large as each other.
    relative : bool
        In units of the larger size of the two, so that it lies between -2 and 2.
    """
    ours, theirs = worst_if_undefined(ours), worst_if_undefined(theirs)
    size = np.maximum(np.abs(ours), np.abs(theirs))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        plain = np.where(ours == theirs, 0.0, ours - theirs)
        if not relative:
            return np.clip(plain, -MAX, MAX)  # infinite ones of unlike sign have no mean
        # Halves, for the difference of two large numbers of unlike sign may be infinite.
        found = np.where(np.isinf(plain), np.sign(ours / 2 - theirs / 2), plain / size)
        return np.where(plain == 0, 0.0, found)


def typical(differences):
    """The median over trials of each unit: (units, trials) to (units,)."""
    return np.median(differences, axis=1)


def sign_test(wins, losses):
    """How probable it is to win so often, or more, by chance: one-sided, ties left out."""
    trials = wins + losses
    return sum(comb(trials, k) for k in range(wins, trials + 1)) / 2**trials
