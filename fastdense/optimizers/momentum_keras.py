"""Heavy-ball momentum, Keras: the velocity holds the rate it was built with."""

from fastdense.numerics.primitives import fma

SOURCE = "Keras 3 `SGD(momentum=...)`; differs from PyTorch once the rate changes."
RATE = 0.01
SLOTS = (0.0,)
HYPER = {"momentum": 0.9}
RANGES = {"momentum": (0.0, float("inf"))}


def advance(rate, hyper, powers):
    (momentum,) = hyper
    return rate, momentum


def step(p, g, velocity, k):
    rate, momentum = k
    velocity = fma(momentum, velocity, -rate * g)
    return p + velocity, velocity


def spec(p, g, state, rate, t, hyper):
    state["v"] = hyper["momentum"] * state.get("v", 0.0) - rate * g
    return p + state["v"]
