"""Hinge loss: how far p, times the class -1 or 1, falls short of 1."""

import numpy as np

from fastdense.arrays.chunks import average

SOURCE = (
    "Cortes, Vapnik (1995), Support-vector networks; Keras `hinge`, which takes 0 for -1. "
    "The slope at the margin is that inside, as on TensorFlow."
)
TARGETS = "sign"
PREDICTIONS = "real"


def value(p, y, hyper):
    T = type(p)
    short = T(1) - (p if y > T(0) else -p)
    return T(0) if short < T(0) else short


def slope(p, y, hyper):
    T = type(p)
    up = y > T(0)
    short = T(1) - (p if up else -p)
    inside = T(-1) if up else T(1)
    return T(0) if short < T(0) else inside


def spec(p, y, hyper):
    sign = np.where(y > 0, 1.0, -1.0)
    short = 1 - sign * p
    beyond = short.real < 0
    return np.where(beyond, 0, short).mean(axis=1), np.where(beyond, 0, -sign) / y.shape[1]


def constant(y, weights, hyper):
    """At the sign of the more frequent class, each output for itself."""
    share = average(lambda y: y > 0, y, weights)
    return float(2 * np.minimum(share, 1 - share).mean())
