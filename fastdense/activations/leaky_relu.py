"""Leaky ReLU: below zero a line of another slope."""

import numpy as np

SOURCE = "Maas, Hannun, Ng (2013), Rectifier nonlinearities improve neural network acoustic models."
SLOPE = 0.01
HYPER = {"slope": SLOPE}


def value(z):
    return z if z > 0 else type(z)(SLOPE) * z


def slope(z, a):
    T = type(z)
    return T(1) if z > 0 else T(SLOPE)


def spec(z, da):
    on = z.real > 0
    return np.where(on, z, SLOPE * z), np.where(on, da, SLOPE * da)
