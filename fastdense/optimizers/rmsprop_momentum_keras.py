"""RMSprop with momentum, Keras: over the mean square of gradients, or over their variance."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = (
    "Graves (2013), arXiv:1308.0850, equations 38 to 45; Keras 3 `RMSprop(momentum=..., "
    "centered=...)`."
)
RATE = 0.001
SLOTS = (0.0, 0.0, 0.0)
HYPER = {"rho": 0.9, "momentum": 0.9, "epsilon": 1e-7, "centered": 0.0}
RANGES = {
    "rho": (0.0, 1.0),
    "momentum": (0.0, float("inf")),
    "epsilon": (0.0, float("inf")),
    "centered": (0.0, 2.0),  # 0 or 1
}


def advance(rate, hyper, powers):
    rho, momentum, epsilon, centered = hyper
    return rate, rho, 1.0 - rho, momentum, epsilon, centered


def step(p, g, square, mean, velocity, k):
    rate, rho, rest, momentum, epsilon, centered = k
    square = fma(rho, square, rest * (g * g))
    mean = fma(rho, mean, rest * g)
    size = fma(-centered * mean, mean, square)
    velocity = fma(momentum, velocity, rate * g / sqrt(size + epsilon))
    return p - velocity, square, mean, velocity


def spec(p, g, state, rate, t, hyper):
    rho = hyper["rho"]
    state["s"] = rho * state.get("s", 0.0) + (1 - rho) * g**2
    state["m"] = rho * state.get("m", 0.0) + (1 - rho) * g
    size = state["s"] - hyper["centered"] * state["m"] ** 2
    change = rate * g / (size + hyper["epsilon"]) ** 0.5
    state["v"] = hyper["momentum"] * state.get("v", 0.0) + change
    return p - state["v"]
