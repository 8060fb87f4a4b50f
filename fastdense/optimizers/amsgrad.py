"""AMSGrad, PyTorch: the maximum of the uncorrected second moment."""

import numpy as np

from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers.adam import HYPER, RANGES, RATE, advance  # noqa: F401

SOURCE = "Reddi, Kale, Kumar (2018), arXiv:1904.09237; PyTorch `Adam(amsgrad=True)`."
SLOTS = (0.0, 0.0, 0.0)


def step(p, g, mean, square, largest, k):
    scale, correction, beta1, rest1, beta2, rest2, epsilon, decay = k
    g = fma(decay, p, g)
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    largest = max(largest, square)
    size = fma(sqrt(largest), correction, epsilon)
    return fma(-scale, mean / size, p), mean, square, largest


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    state["x"] = np.maximum(state.get("x", 0.0), state["v"])
    mean = state["m"] / (1 - beta1**t)
    size = (state["x"] / (1 - beta2**t)) ** 0.5 + hyper["epsilon"]
    return p - rate * mean / size
