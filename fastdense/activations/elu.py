"""Exponential linear unit: a = z above zero, alpha (exp(z) - 1) below."""

import numpy as np

from fastdense.numerics.maths import expm1

SOURCE = "Clevert, Unterthiner, Hochreiter (2015), arXiv:1511.07289."
ALPHA = 1.0
HYPER = {"alpha": ALPHA}
ALIASES = ("CELU",)


def value(z):
    return z if z > 0 else type(z)(ALPHA) * expm1(z)


def slope(z, a):
    T = type(z)
    return T(1) if z > 0 else a + T(ALPHA)


def spec(z, da):
    on = z.real > 0
    below = np.exp(np.where(on, 0, z))
    return np.where(on, z, ALPHA * (below - 1)), np.where(on, da, da * (ALPHA * below))
