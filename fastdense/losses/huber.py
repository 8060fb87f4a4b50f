"""Huber loss: quadratic within delta of the target, linear beyond."""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.bisection import change_of_sign

SOURCE = "Huber (1964), Robust estimation of a location parameter; PyTorch `HuberLoss`."
TARGETS = "real"
PREDICTIONS = "real"
HYPER = {"delta": 1.0}
RANGES = {"delta": (5e-324, np.inf)}
ALIASES = ("SmoothL1Loss",)


def value(p, y, hyper):
    (delta,) = hyper
    T = type(p)
    size = abs(p - y)
    return T(0.5) * size * size if size <= delta else delta * (size - T(0.5) * delta)


def slope(p, y, hyper):
    (delta,) = hyper
    return min(max(p - y, -delta), delta)


def spec(p, y, hyper):
    delta, size = hyper["delta"], (p - y) * np.sign((p - y).real)
    loss = np.where(size.real <= delta, 0.5 * size**2, delta * (size - 0.5 * delta))
    return loss.mean(axis=1), np.clip(p - y, -delta, delta) / y.shape[1]


def constant(y, weights, hyper):
    """Where the slope of the convex mean loss changes sign, by bisection."""
    delta = hyper["delta"]

    def slope(at):
        return average(lambda y: np.clip(at - y, -delta, delta), y, weights)

    best = change_of_sign(slope, y.min(axis=0).astype(float), y.max(axis=0).astype(float))
    return float(average(lambda y: spec(best, y, hyper)[0], y, weights))
