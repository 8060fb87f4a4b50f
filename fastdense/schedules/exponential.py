"""Multiply the rate by gamma each epoch, smoothly."""

from fastdense.numerics.maths import exp, log

SOURCE = "PyTorch `ExponentialLR`, Keras `ExponentialDecay` (not staircase)."
HYPER = {"gamma": 0.95}
RANGES = {"gamma": (5e-324, float("inf"))}


def factor(epoch, epochs, hyper):
    (gamma,) = hyper
    return exp(epoch * log(gamma))


def spec(epoch, epochs, hyper):
    return hyper["gamma"] ** epoch
