"""Mish: a = z tanh(softplus(z))."""

import numpy as np

from fastdense.numerics.maths import exp
from fastdense.numerics.primitives import fma

SOURCE = "Misra (2019), arXiv:1908.08681."
LINEAR_FROM = 25.0  # where the factor and the slope are 1 in both precisions


def value(z):
    # tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2)
    T = type(z)
    e = exp(T(LINEAR_FROM) if z > T(LINEAR_FROM) else z)
    n = e * (e + T(2))
    return z * (n / (n + T(2)))


def slope(z, a):
    T = type(z)
    e = exp(T(LINEAR_FROM) if z > T(LINEAR_FROM) else z)
    n = e * (e + T(2))
    steepness = T(4) * e / (n + T(2)) * ((e + T(1)) / (n + T(2)))
    return T(1) if z > T(LINEAR_FROM) else fma(z, steepness, n / (n + T(2)))


def spec(z, da):
    softplus = np.where(z.real > 0, z, 0) + np.log1p(np.exp(np.where(z.real > 0, -z, z)))
    factor = np.tanh(softplus)
    sigmoid = 0.5 * (1 + np.tanh(0.5 * z))
    return z * factor, da * (factor + z * (1 - factor**2) * sigmoid)
