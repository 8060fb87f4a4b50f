"""RMSprop, PyTorch: epsilon outside the square root."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = "Hinton (2012), lecture 6e; PyTorch `RMSprop` (not centered)."
RATE = 0.01
SLOTS = (0.0,)
HYPER = {"alpha": 0.99, "epsilon": 1e-8, "weight_decay": 0.0}
RANGES = {
    "alpha": (0.0, 1.0),
    "epsilon": (0.0, float("inf")),
    "weight_decay": (0.0, float("inf")),
}


def advance(rate, hyper, powers):
    alpha, epsilon, weight_decay = hyper
    return rate, alpha, 1.0 - alpha, epsilon, weight_decay


def step(p, g, square, k):
    rate, alpha, rest, epsilon, weight_decay = k
    g = fma(weight_decay, p, g)
    square = fma(alpha, square, rest * (g * g))
    return fma(-rate, g / (sqrt(square) + epsilon), p), square


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    state["s"] = hyper["alpha"] * state.get("s", 0.0) + (1 - hyper["alpha"]) * g**2
    return p - rate * g / (state["s"] ** 0.5 + hyper["epsilon"])
