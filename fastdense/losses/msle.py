"""Mean squared logarithmic error: of log(1 + p) and log(1 + y), each at least epsilon.

A prediction below epsilon counts as epsilon and has no gradient: where all are, the training is
stuck. So does a target; at epsilon itself the slope is that above it.
"""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import log1p

SOURCE = "Keras `mean_squared_logarithmic_error`."
TARGETS = "real"
PREDICTIONS = "real"
HYPER = {"epsilon": 1e-7}
RANGES = {"epsilon": (0.0, np.inf)}
ALIASES = ("mean_squared_logarithmic_error",)


def value(p, y, hyper):
    (epsilon,) = hyper
    q = epsilon if p < epsilon else p
    error = log1p(q) - log1p(max(y, epsilon))
    return error * error


def slope(p, y, hyper):
    (epsilon,) = hyper
    T = type(p)
    inside = T(2) * (log1p(p) - log1p(max(y, epsilon))) / (T(1) + p)
    return T(0) if p < epsilon else inside


def spec(p, y, hyper):
    epsilon = hyper["epsilon"]
    below = p.real < epsilon
    q = np.where(below, epsilon, p)
    error = np.log1p(q) - np.log1p(np.maximum(y, epsilon))
    gradient = np.where(below, 0, 2 * error / (1 + q))
    return (error**2).mean(axis=1), gradient / y.shape[1]


def constant(y, weights, hyper):
    """Where log(1 + p) is the mean of those of the targets."""

    def logs(y):
        return np.log1p(np.maximum(y, hyper["epsilon"]))

    mean = average(logs, y, weights)
    return float(average(lambda y: ((logs(y) - mean) ** 2).mean(axis=1), y, weights))
