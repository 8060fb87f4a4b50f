"""Adam with decoupled weight decay, PyTorch: p shrinks by rate * weight_decay first."""

from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers.adam import RANGES, RATE  # noqa: F401

SOURCE = "Loshchilov, Hutter (2017), arXiv:1711.05101; PyTorch `AdamW`."
SLOTS = (0.0, 0.0)
HYPER = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}


def advance(rate, hyper, powers):
    beta1, beta2, epsilon, weight_decay = hyper
    powers[0] *= beta1
    powers[1] *= beta2
    scale = rate / (1.0 - powers[0])
    correction = 1.0 / sqrt(1.0 - powers[1])
    return scale, correction, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon, rate * weight_decay


def step(p, g, mean, square, k):
    scale, correction, beta1, rest1, beta2, rest2, epsilon, decay = k
    p = fma(-decay, p, p)
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    size = fma(sqrt(square), correction, epsilon)
    return fma(-scale, mean / size, p), mean, square


def spec(p, g, state, rate, t, hyper):
    p = p - rate * hyper["weight_decay"] * p
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    mean = state["m"] / (1 - beta1**t)
    size = (state["v"] / (1 - beta2**t)) ** 0.5 + hyper["epsilon"]
    return p - rate * mean / size
