"""Heavy-ball momentum, PyTorch: v = momentum v + g, p -= rate v."""

from fastdense.numerics.primitives import fma

SOURCE = "Polyak (1964); PyTorch `SGD(momentum=...)`, dampening 0."
RATE = 0.001
SLOTS = (0.0,)
HYPER = {"momentum": 0.9, "weight_decay": 0.0}
RANGES = {"momentum": (0.0, float("inf")), "weight_decay": (0.0, float("inf"))}


def advance(rate, hyper, powers):
    momentum, weight_decay = hyper
    return rate, momentum, weight_decay


def step(p, g, velocity, k):
    rate, momentum, weight_decay = k
    g = fma(weight_decay, p, g)
    velocity = fma(momentum, velocity, g)
    return fma(-rate, velocity, p), velocity


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    state["v"] = hyper["momentum"] * state.get("v", 0.0) + g
    return p - rate * state["v"]
