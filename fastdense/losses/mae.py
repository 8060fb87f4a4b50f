"""Mean absolute error: the mean over outputs of |p - y|."""

import numpy as np

from fastdense.arrays.chunks import average

SOURCE = "Boscovich (1757); Keras `mean_absolute_error`, PyTorch `L1Loss`. Slope 0 at p = y."
TARGETS = "real"
PREDICTIONS = "real"
ALIASES = ("mean_absolute_error", "L1Loss", "absolute_error")


def value(p, y, hyper):
    return abs(p - y)


def slope(p, y, hyper):
    T = type(p)
    return T(1) if p > y else (T(-1) if p < y else T(0) * (p - y))


def spec(p, y, hyper):
    sign = np.sign((p - y).real)
    return (sign * (p - y)).mean(axis=1), sign / y.shape[1]


def constant(y, weights, hyper):
    """At the weighted median of each output."""
    medians = np.array([weighted_median(column, weights) for column in y.T])
    return float(average(lambda y: np.abs(y - medians).mean(axis=1), y, weights))


def weighted_median(column, weights):
    """The least of `column` (n,) up to which at least half of the weight lies."""
    order = np.argsort(column, kind="stable")
    reached = weights[order]
    np.cumsum(reached, out=reached)
    return float(column[order[np.searchsorted(reached, reached[-1] / 2)]])
