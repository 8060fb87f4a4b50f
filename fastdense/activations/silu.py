"""Sigmoid linear unit (swish): a = z sigmoid(z)."""

import numpy as np

from fastdense.numerics.maths import sigmoid
from fastdense.numerics.primitives import fma

SOURCE = "Elfwing, Uchibe, Doya (2017), arXiv:1702.03118."
ALIASES = ("swish",)


def value(z):
    return z * sigmoid(z)


def slope(z, a):
    T = type(z)
    s = sigmoid(z)
    return fma(a, T(1) - s, s)


def spec(z, da):
    s = 0.5 * (1 + np.tanh(0.5 * z))
    return z * s, da * (s + z * s * (1 - s))
