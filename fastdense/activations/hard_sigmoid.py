"""Hard sigmoid: a = z / 6 + 1/2 between -3 and 3, 0 below and 1 above."""

import numpy as np

SOURCE = "Courbariaux, Bengio, David (2015), arXiv:1511.00363; Keras 3, PyTorch `Hardsigmoid`."


def value(z):
    # Comparisons with NaN are false, so it passes through.
    T = type(z)
    a = (z + T(3)) / T(6)
    a = T(0) if a < T(0) else a
    return T(1) if a > T(1) else a


def slope(z, a):
    T = type(z)
    return T(1 / 6) if abs(z) < T(3) else T(0)


def spec(z, da):
    inside = np.abs(z.real) < 3
    return np.where(inside, z / 6 + 0.5, z.real > 0), np.where(inside, da / 6, 0)
