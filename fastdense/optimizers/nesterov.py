"""Nesterov momentum, PyTorch: v = momentum v + g, p -= rate (g + momentum v)."""

from fastdense.numerics.primitives import fma
from fastdense.optimizers.momentum import HYPER, RANGES, RATE, SLOTS, advance  # noqa: F401

SOURCE = "Nesterov (1983), Sutskever et al. (2013); PyTorch `SGD(nesterov=True)`."


def step(p, g, velocity, k):
    rate, momentum, weight_decay = k
    g = fma(weight_decay, p, g)
    velocity = fma(momentum, velocity, g)
    return fma(-rate, fma(momentum, velocity, g), p), velocity


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    state["v"] = hyper["momentum"] * state.get("v", 0.0) + g
    return p - rate * (g + hyper["momentum"] * state["v"])
