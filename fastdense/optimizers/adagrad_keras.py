"""Adagrad, Keras: epsilon inside the square root, squares start at 0.1."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = "Duchi, Hazan, Singer (2011); Keras 3 `Adagrad`."
RATE = 0.001
SLOTS = ("initial",)
HYPER = {"epsilon": 1e-7, "initial": 0.1}
RANGES = {name: (0.0, float("inf")) for name in HYPER}


def advance(rate, hyper, powers):
    epsilon, _ = hyper
    return rate, epsilon


def step(p, g, square, k):
    rate, epsilon = k
    square = fma(g, g, square)
    return fma(-rate, g / sqrt(square + epsilon), p), square


def spec(p, g, state, rate, t, hyper):
    state["s"] = state.get("s", hyper["initial"]) + g**2
    return p - rate * g / (state["s"] + hyper["epsilon"]) ** 0.5
