"""Adadelta, Keras: PyTorch's formula, but a rate of 0.001, at which it hardly moves."""

from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers import adadelta

SOURCE = "Zeiler (2012), arXiv:1212.5701; Keras 3 `Adadelta`."
RATE = 0.001
SLOTS = (0.0, 0.0)
HYPER = {"rho": 0.95, "epsilon": 1e-7}
RANGES = {"rho": (0.0, 1.0), "epsilon": (0.0, float("inf"))}


def advance(rate, hyper, powers):
    rho, epsilon = hyper
    return rate, rho, 1.0 - rho, epsilon


def step(p, g, square, moved, k):
    rate, rho, rest, epsilon = k
    square = fma(rho, square, rest * (g * g))
    delta = sqrt(moved + epsilon) / sqrt(square + epsilon) * g
    moved = fma(rho, moved, rest * (delta * delta))
    return fma(-rate, delta, p), square, moved


def spec(p, g, state, rate, t, hyper):
    return adadelta.spec(p, g, state, rate, t, {**hyper, "weight_decay": 0.0})
