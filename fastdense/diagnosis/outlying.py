"""Numbers far from all others: strays, or such as -999 that stand for a missing cell."""

from collections import Counter
from typing import NamedTuple

import numpy as np

FAR = 10.0  # times the distance from the median that most of the others keep within
MOST = 0.9  # of the others
OFTEN = 3  # times that one far number is repeated: at any share of the rows it is no size
NAMED = 3


class Middle(NamedTuple):
    """Of each column the median, and the distance from it that most keep within, or 0."""

    median: np.ndarray
    usual: np.ndarray

    def times(self, columns):
        """How far numbers are from their column's median, in that distance; 0 if there is none."""
        return (columns - self.median) / np.where(self.usual > 0, self.usual, np.inf)

    def drawn_in(self, columns, far=FAR):
        """The same numbers (n, columns), those farther out at the logarithm of how far."""
        columns = np.asarray(columns, float)
        times = self.times(columns)
        size = np.abs(times)
        with np.errstate(all="ignore"):
            near = self.median + np.sign(times) * self.usual * far * (1 + np.log(size / far))
        return np.where(size > far, near, columns)

    def clipped(self, columns, far):
        """The same numbers, none farther out than `far` times as most."""
        return self.median + np.clip(self.times(columns), -far, far) * self.usual


def middle_of(columns):
    """The `Middle` of columns (n, columns), without what is outlying."""
    found = [_strays(column)[1:] for column in np.asarray(columns, float).T]
    return Middle(*np.transpose(found))


def outlying(columns):
    """Which numbers are far from the others of their column: (n, columns) of bool.

    None of a column of which most others are equal, such as an indicator.
    """
    columns = np.asarray(columns, float)
    if columns.ndim == 1:
        return _strays(columns)[0]
    return np.stack([_strays(column)[0] for column in columns.T], axis=1)


def filled(columns):
    """The same columns, with the median of the others in place of outlying numbers."""
    columns = np.asarray(columns, float)
    return np.where(outlying(columns), middle_of(columns).median, columns)


def named(numbers):
    """The commonest of some numbers, and how often they occur: "-999 (88 times), 1e+06"."""
    counts = Counter(np.asarray(numbers, float).ravel().tolist())
    first = sorted(counts, key=lambda value: (-counts[value], -abs(value)))[:NAMED]
    words = [f"{value:g}" + f" ({counts[value]} times)" * (counts[value] > 1) for value in first]
    return ", ".join(words) + (", ..." if len(counts) > NAMED else "")


def _strays(column):
    """Which numbers of a column are outlying, and median and usual distance of the others."""
    strays = np.zeros(len(column), bool)
    for value in (column.min(), column.max()):
        same = column == value
        others = column[~same & ~strays]
        if OFTEN <= same.sum() <= len(others):
            median, usual = _middle(others)
            if abs(value - median) > FAR * usual > 0:
                strays |= same
    median, usual = _middle(column[~strays])
    if usual > 0:
        strays |= np.abs(column - median) > FAR * usual
    return strays, median, usual


def _middle(column):
    median = np.median(column)
    return median, np.quantile(np.abs(column - median), MOST)
