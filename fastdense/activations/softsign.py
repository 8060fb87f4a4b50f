"""Softsign: a = z / (1 + |z|)."""

import numpy as np

SOURCE = "Turian, Bergstra, Bengio (2009); Glorot, Bengio (2010)."


def value(z):
    return z / (type(z)(1) + abs(z))


def slope(z, a):
    T = type(z)
    inverse = T(1) / (T(1) + abs(z))
    return inverse * inverse


def spec(z, da):
    size = np.where(z.real < 0, -z, z)
    return z / (1 + size), da / (1 + size) ** 2
