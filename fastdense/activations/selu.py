"""Scaled ELU, whose moments have a fixed point at mean 0 and variance 1."""

import numpy as np

from fastdense.numerics.maths import expm1

SOURCE = "Klambauer, Unterthiner, Mayr, Hochreiter (2017), arXiv:1706.02515."
ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


def value(z):
    T = type(z)
    return T(SCALE) * z if z > 0 else T(SCALE * ALPHA) * expm1(z)


def slope(z, a):
    T = type(z)
    return T(SCALE) if z > 0 else a + T(SCALE * ALPHA)


def spec(z, da):
    on = z.real > 0
    below = np.exp(np.where(on, 0, z))
    a = SCALE * np.where(on, z, ALPHA * (below - 1))
    return a, SCALE * np.where(on, da, ALPHA * da * below)
