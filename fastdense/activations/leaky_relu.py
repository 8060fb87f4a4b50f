"""Leaky ReLU with slope 0.01 below zero."""

import numpy as np

SOURCE = "Maas, Hannun, Ng (2013), Rectifier nonlinearities improve neural network acoustic models."


def value(z):
    return z if z > 0 else type(z)(0.01) * z


def slope(z, a):
    T = type(z)
    return T(1) if z > 0 else T(0.01)


def spec(z, da):
    on = z.real > 0
    return np.where(on, z, 0.01 * z), np.where(on, da, 0.01 * da)
