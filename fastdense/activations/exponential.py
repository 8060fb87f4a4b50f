"""Exponential: a = exp(z)."""

import numpy as np

from fastdense.numerics.maths import exp

SOURCE = "The inverse link of Poisson regression: Nelder, Wedderburn (1972); Keras `exponential`."
ALIASES = ("exp",)


def value(z):
    return exp(z)


def slope(z, a):
    return a


def spec(z, da):
    a = np.exp(z)
    return a, da * a
