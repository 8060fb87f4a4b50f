"""Hard swish: z times the hard sigmoid of z."""

import numpy as np

SOURCE = "Howard et al. (2019), Searching for MobileNetV3, arXiv:1905.02244."
ALIASES = ("hard_swish",)


def value(z):
    # Comparisons with NaN are false, so it passes through.
    T = type(z)
    factor = (z + T(3)) / T(6)
    factor = T(0) if factor < T(0) else factor
    return z * (T(1) if factor > T(1) else factor)


def slope(z, a):
    T = type(z)
    inside = z / T(3) + T(0.5)
    return inside if abs(z) < T(3) else (T(1) if z > T(0) else T(0))


def spec(z, da):
    inside, above = np.abs(z.real) < 3, z.real >= 3
    a = np.where(inside, z * (z + 3) / 6, z * above)
    return a, da * np.where(inside, z / 3 + 0.5, above)
