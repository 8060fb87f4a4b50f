"""Numbers far from all others: strays, or such as -999 that stand for a missing cell."""

from collections import Counter

import numpy as np

FAR = 10.0  # times the distance from the median that most of the others keep within
MOST = 0.9  # of the others
NAMED = 3


def outlying(columns):
    """Which numbers are far from the others of their column: (n, columns) of bool.

    None of a column of which most are equal, such as an indicator.
    """
    times = _times(np.asarray(columns, float))[0]
    return np.abs(times) > FAR


def drawn_in(columns):
    """The same numbers (n, columns), those far from the others at the logarithm of how far."""
    columns = np.asarray(columns, float)
    times, usual, median = _times(columns)
    size = np.abs(times)
    with np.errstate(all="ignore"):
        near = median + np.sign(times) * usual * FAR * (1 + np.log(size / FAR))
    return np.where(size > FAR, near, columns)


def _times(columns):
    """How far each number is from its column's median, in the distance that most keep within.

    That distance and the median, too; 0 where most are equal.
    """
    median = np.median(columns, axis=0)
    distance = columns - median
    usual = np.quantile(np.abs(distance), MOST, axis=0)
    return distance / np.where(usual > 0, usual, np.inf), usual, median


def named(numbers):
    """The commonest of some numbers, and how often they occur: "-999 (88 times), 1e+06"."""
    counts = Counter(np.asarray(numbers, float).ravel().tolist())
    first = sorted(counts, key=lambda value: (-counts[value], -abs(value)))[:NAMED]
    words = [f"{value:g}" + f" ({counts[value]} times)" * (counts[value] > 1) for value in first]
    return ", ".join(words) + (", ..." if len(counts) > NAMED else "")
