"""Binary cross-entropy of probabilities, each logarithm of which is bounded from below.

An output that is exactly 0 or 1, as a sigmoid's beyond some 17 is in float32, has no slope left
behind that sigmoid: where it is wrong, it stays so.
"""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import log, log1p

SOURCE = "PyTorch `BCELoss`: logarithms of at least -100, slopes over p (1 - p) of at least 1e-12."
TARGETS = "unit"
PREDICTIONS = "probability"

BOUND, LEAST = -100.0, float(np.float32(1e-12))  # in float64, too


def value(p, y, hyper):
    T = type(p)
    return (y - T(1)) * max(log1p(-p), T(BOUND)) - y * max(log(p), T(BOUND))


def slope(p, y, hyper):
    T = type(p)
    return (p - y) / max((T(1) - p) * p, T(LEAST))


def spec(p, y, hyper):
    with np.errstate(divide="ignore", invalid="ignore"):
        one, zero = np.maximum(np.log(p), BOUND), np.maximum(np.log1p(-p), BOUND)
    gradient = (p - y) / np.maximum((1 - p) * p, LEAST)
    return ((y - 1) * zero - y * one).mean(axis=1), gradient / y.shape[1]


def constant(y, weights, hyper):
    """The entropy at the mean target."""
    mean = average(lambda y: y, y, weights)[np.newaxis]
    return float(spec(mean, mean, hyper)[0][0])
