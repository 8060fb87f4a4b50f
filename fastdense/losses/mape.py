"""Mean absolute percentage error: 100 |p - y| / max(|y|, epsilon)."""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.losses.mae import weighted_median

SOURCE = "Keras `mean_absolute_percentage_error`. Slope 0 at p = y."
TARGETS = "real"
PREDICTIONS = "real"
HYPER = {"epsilon": 1e-7}
RANGES = {"epsilon": (1e-30, np.inf)}
ALIASES = ("mean_absolute_percentage_error",)


def value(p, y, hyper):
    (epsilon,) = hyper
    return type(p)(100) * (abs(p - y) / max(abs(y), epsilon))


def slope(p, y, hyper):
    (epsilon,) = hyper
    T = type(p)
    steep = T(100) / max(abs(y), epsilon)
    return steep if p > y else (-steep if p < y else T(0) * (p - y))


def spec(p, y, hyper):
    steep = 100 / np.maximum(np.abs(y), hyper["epsilon"])
    steep = steep * np.sign((p - y).real)
    return (steep * (p - y)).mean(axis=1), steep / y.shape[1]


def constant(y, weights, hyper):
    """At the median of each output, where a target counts by its weight over its size."""
    medians = np.array(
        [
            weighted_median(column, weights / np.maximum(np.abs(column), hyper["epsilon"]))
            for column in y.T
        ]
    )
    return float(average(lambda y: spec(medians, y, hyper)[0], y, weights))
