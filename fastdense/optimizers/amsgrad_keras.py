"""AMSGrad, Keras: epsilon is added to the uncorrected root."""

import numpy as np

from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers.adam_keras import HYPER, RANGES, RATE, advance  # noqa: F401

SOURCE = "Reddi, Kale, Kumar (2018), arXiv:1904.09237; Keras 3 `Adam(amsgrad=True)`."
SLOTS = (0.0, 0.0, 0.0)


def step(p, g, mean, square, largest, k):
    scale, beta1, rest1, beta2, rest2, epsilon = k
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    largest = max(largest, square)
    size = sqrt(largest) + epsilon
    return fma(-scale, mean / size, p), mean, square, largest


def spec(p, g, state, rate, t, hyper):
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    state["x"] = np.maximum(state.get("x", 0.0), state["v"])
    alpha = rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return p - alpha * state["m"] / (state["x"] ** 0.5 + hyper["epsilon"])
