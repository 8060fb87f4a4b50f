"""A polynomial of one input on an interval."""

import numpy as np

from fastdense.catalogue import freeze
from fastdense.data import spread

SOURCE = "y = c0 + c1 x + c2 x^2 + ... for `coefficients` [c0, c1, c2, ...]."
HYPER = {"low": 0.0, "high": 1.0, "spacing": "even", "coefficients": [0, 1]}


def make(draw, hyper, count):
    x = spread(draw, hyper, count)
    y = np.zeros_like(x)
    for c in reversed(freeze(hyper["coefficients"])):
        y = y * x + c
    return x, y
