"""Half the Poisson deviance of the logarithm of a rate: exp(p) - y p + y log(y) - y."""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import exp, log

SOURCE = "McCullagh, Nelder (1989); scikit-learn `MLPRegressor(loss='poisson')`."
TARGETS = "nonnegative"
PREDICTIONS = "real"


def value(p, y, hyper):
    zero = type(p)(0)
    # y log(y) goes to 0 with y.
    least = log(y) * y - y if y > zero else zero
    return exp(p) - y * p + least


def slope(p, y, hyper):
    return exp(p) - y


def spec(p, y, hyper):
    rate = np.exp(p)
    least = y * np.log(np.where(y > 0, y, 1.0)) - y
    return (rate - y * p + least).mean(axis=1), (rate - y) / y.shape[1]


def constant(y, weights, hyper):
    """At the logarithm of the mean target; where no target is above 0, the limit of it."""
    mean = average(lambda y: y, y, weights)
    least = average(lambda y: y * np.log(np.where(y > 0, y, 1.0)) - y, y, weights)
    return float((mean - mean * np.log(np.where(mean > 0, mean, 1.0)) + least).mean())
