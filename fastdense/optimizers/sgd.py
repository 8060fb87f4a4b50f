"""Stochastic gradient descent, with optional coupled weight decay."""

from fastdense.numerics.primitives import fma

SOURCE = "Robbins, Monro (1951); PyTorch `SGD`, Keras `SGD`."
RATE = 0.01
HYPER = {"weight_decay": 0.0}
RANGES = {"weight_decay": (0.0, float("inf"))}


def advance(rate, hyper, powers):
    (weight_decay,) = hyper
    return rate, weight_decay


def step(p, g, k):
    rate, weight_decay = k
    return (fma(-rate, fma(weight_decay, p, g), p),)


def spec(p, g, state, rate, t, hyper):
    return p - rate * (g + hyper["weight_decay"] * p)
