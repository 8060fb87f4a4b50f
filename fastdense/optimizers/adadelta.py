"""Adadelta, PyTorch: steps as large as the last ones were, relative to the gradients."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = "Zeiler (2012), arXiv:1212.5701; PyTorch `Adadelta`."
RATE = 1.0
SLOTS = (0.0, 0.0)
HYPER = {"rho": 0.9, "epsilon": 1e-6, "weight_decay": 0.0}
RANGES = {
    "rho": (0.0, 1.0),
    "epsilon": (0.0, float("inf")),
    "weight_decay": (0.0, float("inf")),
}


def advance(rate, hyper, powers):
    rho, epsilon, weight_decay = hyper
    return rate, rho, 1.0 - rho, epsilon, weight_decay


def step(p, g, square, moved, k):
    rate, rho, rest, epsilon, weight_decay = k
    g = fma(weight_decay, p, g)
    square = fma(rho, square, rest * (g * g))
    delta = sqrt(moved + epsilon) / sqrt(square + epsilon) * g
    moved = fma(rho, moved, rest * (delta * delta))
    return fma(-rate, delta, p), square, moved


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    rho, epsilon = hyper["rho"], hyper["epsilon"]
    state["s"] = rho * state.get("s", 0.0) + (1 - rho) * g**2
    moved = state.get("d", 0.0)
    delta = ((moved + epsilon) / (state["s"] + epsilon)) ** 0.5 * g
    state["d"] = rho * moved + (1 - rho) * delta**2
    return p - rate * delta
