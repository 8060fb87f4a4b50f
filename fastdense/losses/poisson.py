"""Poisson loss of a rate: p - y log(p + epsilon); of its logarithm it is `poisson_log`."""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import log

SOURCE = "Keras `poisson`; PyTorch `PoissonNLLLoss(log_input=False)`, with epsilon 1e-8."
TARGETS = "nonnegative"
PREDICTIONS = "positive"
HYPER = {"epsilon": 1e-7}
RANGES = {"epsilon": (1e-30, np.inf)}


def value(p, y, hyper):
    (epsilon,) = hyper
    return p - y * log(p + epsilon)


def slope(p, y, hyper):
    (epsilon,) = hyper
    return type(p)(1) - y / (p + epsilon)


def spec(p, y, hyper):
    shifted = p + hyper["epsilon"]
    return (p - y * np.log(shifted)).mean(axis=1), (1 - y / shifted) / y.shape[1]


def constant(y, weights, hyper):
    """At the mean target less epsilon; where no target is above 0, the limit of it."""
    mean = average(lambda y: y, y, weights)
    logs = np.log(np.where(mean > 0, mean, 1.0))
    return float((mean - hyper["epsilon"] - mean * logs).mean())
