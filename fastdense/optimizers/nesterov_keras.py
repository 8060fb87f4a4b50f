"""Nesterov momentum, Keras: the velocity holds the rate it was built with."""

from fastdense.numerics.primitives import fma
from fastdense.optimizers.momentum_keras import HYPER, RANGES, RATE, SLOTS, advance  # noqa: F401

SOURCE = "Keras 3 `SGD(momentum=..., nesterov=True)`."


def step(p, g, velocity, k):
    rate, momentum = k
    velocity = fma(momentum, velocity, -rate * g)
    return p + fma(momentum, velocity, -rate * g), velocity


def spec(p, g, state, rate, t, hyper):
    state["v"] = hyper["momentum"] * state.get("v", 0.0) - rate * g
    return p + hyper["momentum"] * state["v"] - rate * g
