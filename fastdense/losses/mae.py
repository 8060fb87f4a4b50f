"""Mean absolute error: the mean over outputs of |p - y|."""

import numpy as np

SOURCE = "Boscovich (1757); Keras `mean_absolute_error`, PyTorch `L1Loss`. Slope 0 at p = y."
TARGETS = "real"
PREDICTIONS = "real"


def value(p, y, hyper):
    return abs(p - y)


def slope(p, y, hyper):
    T = type(p)
    return T(1) if p > y else (T(-1) if p < y else T(0) * (p - y))


def spec(p, y, hyper):
    return np.abs(p - y).mean(axis=1), np.sign(p - y) / y.shape[1]


def constant(y, weights, hyper):
    """At the weighted median of each output."""
    total = 0.0
    for column in y.T:
        order = np.argsort(column, kind="stable")
        reached = np.cumsum(weights[order])
        median = column[order][np.searchsorted(reached, reached[-1] / 2)]
        total += np.average(np.abs(column - median), weights=weights)
    return float(total / y.shape[1])
