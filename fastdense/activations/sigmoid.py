"""Logistic sigmoid: a = 1 / (1 + exp(-z))."""

import numpy as np

from fastdense.numerics.maths import sigmoid

SOURCE = "Rumelhart, Hinton, Williams (1986)."
ALIASES = ("logistic",)


def value(z):
    return sigmoid(z)


def slope(z, a):
    return a * (type(z)(1) - a)


def spec(z, da):
    e = np.exp(np.where(z.real > 0, -z, z))
    a = np.where(z.real > 0, 1, e) / (1 + e)
    return a, da * e / (1 + e) ** 2
