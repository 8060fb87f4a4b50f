"""Gaussian error linear unit, exact: a = z (1 + erf(z / sqrt 2)) / 2."""

import math

import numpy as np

from fastdense.numerics.maths import erf, exp
from fastdense.numerics.primitives import fma

SOURCE = "Hendrycks, Gimpel (2016), arXiv:1606.08415; the erf form, not its tanh approximation."
ROOT_HALF = 0.7071067811865476
DENSITY_AT_0 = 0.3989422804014327


def value(z):
    T = type(z)
    return T(0.5) * z * (T(1) + erf(z * T(ROOT_HALF)))


def slope(z, a):
    T = type(z)
    below = T(0.5) * (T(1) + erf(z * T(ROOT_HALF)))
    return fma(z * T(DENSITY_AT_0), exp(T(-0.5) * z * z), below)


_real_erf = np.vectorize(math.erf, otypes=[float])


def _erf(x):
    """Of complex numbers to first order in their imaginary parts, as derivatives need it."""
    found = _real_erf(x.real)
    if np.iscomplexobj(x):
        found = found + 2j / math.sqrt(math.pi) * np.exp(-(x.real**2)) * x.imag
    return found


def spec(z, da):
    below = 0.5 * (1 + _erf(z * ROOT_HALF))
    return z * below, da * (below + z * DENSITY_AT_0 * np.exp(-0.5 * z * z))
