"""Poisson loss of the logarithm of a rate: exp(p) - y p."""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import exp

SOURCE = "PyTorch `PoissonNLLLoss`."
TARGETS = "nonnegative"
PREDICTIONS = "real"
ALIASES = ("PoissonNLLLoss",)


def value(p, y, hyper):
    return exp(p) - y * p


def slope(p, y, hyper):
    return exp(p) - y


def spec(p, y, hyper):
    rate = np.exp(p)
    return (rate - y * p).mean(axis=1), (rate - y) / y.shape[1]


def constant(y, weights, hyper):
    """At the logarithm of the mean target; where no target is above 0, the limit of it."""
    mean = average(lambda y: y, y, weights)
    return float((mean - mean * np.log(np.where(mean > 0, mean, 1.0))).mean())
