"""RMSprop, Keras: epsilon inside the square root."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = "Hinton (2012), lecture 6e; Keras 3 `RMSprop` (not centered)."
RATE = 0.001
SLOTS = (0.0,)
HYPER = {"rho": 0.9, "epsilon": 1e-7}
RANGES = {"rho": (0.0, 1.0), "epsilon": (0.0, float("inf"))}


def advance(rate, hyper, powers):
    rho, epsilon = hyper
    return rate, rho, 1.0 - rho, epsilon


def step(p, g, square, k):
    rate, rho, rest, epsilon = k
    square = fma(rho, square, rest * (g * g))
    return fma(-rate, g / sqrt(square + epsilon), p), square


def spec(p, g, state, rate, t, hyper):
    state["s"] = hyper["rho"] * state.get("s", 0.0) + (1 - hyper["rho"]) * g**2
    return p - rate * g / (state["s"] + hyper["epsilon"]) ** 0.5
