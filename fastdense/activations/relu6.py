"""Rectified linear unit up to 6: a = min(max(z, 0), 6)."""

import numpy as np

SOURCE = "Krizhevsky (2010), Convolutional deep belief networks on CIFAR-10."


def value(z):
    # Comparisons with NaN are false, so it passes through.
    T = type(z)
    a = T(0) if z < T(0) else z
    return T(6) if z > T(6) else a


def slope(z, a):
    T = type(z)
    return T(1) if z > T(0) and z < T(6) else T(0)


def spec(z, da):
    inside = (z.real > 0) & (z.real < 6)
    return np.where(inside, z, 6 * (z.real > 3)), np.where(inside, da, 0)
