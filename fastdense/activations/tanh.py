"""Hyperbolic tangent."""

import numpy as np

from fastdense.numerics.maths import tanh
from fastdense.numerics.primitives import fma

SOURCE = "LeCun et al. (1998), Efficient BackProp."


def value(z):
    return tanh(z)


def slope(z, a):
    return fma(-a, a, type(z)(1))


def spec(z, da):
    a = np.tanh(z)
    return a, da * (1 - a * a)
