"""Rectified linear unit: a = max(z, 0)."""

import numpy as np

SOURCE = "Nair, Hinton (2010), Rectified linear units improve restricted Boltzmann machines."


def value(z):
    # Written so that NaN passes through: a comparison with NaN is false.
    return type(z)(0) if z < 0 else z


def slope(z, a):
    T = type(z)
    return T(1) if z > 0 else T(0)


def spec(z, da):
    on = z.real > 0
    return np.where(on, z, 0 * z), np.where(on, da, 0)
