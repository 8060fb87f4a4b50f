"""Softplus: a = log(1 + exp(z))."""

import numpy as np

from fastdense.numerics.maths import sigmoid, softplus

SOURCE = "Dugas et al. (2000), Incorporating second-order functional knowledge."


def value(z):
    return softplus(z)


def slope(z, a):
    return sigmoid(z)


def spec(z, da):
    return np.where(z.real > 0, z, 0) + np.log1p(np.exp(np.where(z.real > 0, -z, z))), da * 0.5 * (
        1 + np.tanh(0.5 * z)
    )
