"""Adamax, Keras: epsilon is added to the decaying maximum of the gradient's size."""

import numpy as np

from fastdense.numerics.primitives import fma
from fastdense.optimizers.adam_keras import HYPER, RANGES, RATE  # noqa: F401

SOURCE = "Kingma, Ba (2014), arXiv:1412.6980, algorithm 2; Keras 3 `Adamax`."
SLOTS = (0.0, 0.0)


def advance(rate, hyper, powers):
    beta1, beta2, epsilon = hyper
    powers[0] *= beta1
    return rate / (1.0 - powers[0]), beta1, 1.0 - beta1, beta2, epsilon


def step(p, g, mean, largest, k):
    scale, beta1, rest1, beta2, epsilon = k
    mean = fma(beta1, mean, rest1 * g)
    largest = max(beta2 * largest, abs(g))
    return fma(-scale, mean / (largest + epsilon), p), mean, largest


def spec(p, g, state, rate, t, hyper):
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["u"] = np.maximum(beta2 * state.get("u", 0.0), np.abs(g))
    return p - rate / (1 - beta1**t) * state["m"] / (state["u"] + hyper["epsilon"])
