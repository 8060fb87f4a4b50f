"""Adagrad, PyTorch: epsilon outside the square root, squares start at 0."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = "Duchi, Hazan, Singer (2011); PyTorch `Adagrad`."
RATE = 0.01
SLOTS = ("initial",)
HYPER = {"epsilon": 1e-10, "weight_decay": 0.0, "initial": 0.0}
RANGES = {name: (0.0, float("inf")) for name in HYPER}


def advance(rate, hyper, powers):
    epsilon, weight_decay, _ = hyper
    return rate, epsilon, weight_decay


def step(p, g, square, k):
    rate, epsilon, weight_decay = k
    g = fma(weight_decay, p, g)
    square = fma(g, g, square)
    return fma(-rate, g / (sqrt(square) + epsilon), p), square


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    state["s"] = state.get("s", hyper["initial"]) + g**2
    return p - rate * g / (state["s"] ** 0.5 + hyper["epsilon"])
