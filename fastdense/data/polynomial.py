"""A polynomial of one input on an interval."""

import numpy as np

from fastdense.catalogue import freeze
from fastdense.data import spread
from fastdense.errors import FastdenseError

SOURCE = "y = c0 + c1 x + c2 x^2 + ... for `coefficients` [c0, c1, c2, ...]."
HYPER = {"low": 0.0, "high": 1.0, "spacing": "even", "coefficients": [0, 1]}


def make(draw, hyper, count):
    coefficients = freeze(hyper["coefficients"])
    if not isinstance(coefficients, tuple) or any(isinstance(c, tuple) for c in coefficients):
        raise FastdenseError("data.coefficients is a list of numbers, [c0, c1, c2, ...]")
    x = spread(draw, hyper, count)
    y = np.zeros_like(x)
    for c in reversed(coefficients):
        y = y * x + c
    return x, y
