"""Adamax, PyTorch: epsilon is added to the gradient's size, within the decaying maximum."""

import numpy as np

from fastdense.numerics.primitives import fma
from fastdense.optimizers.adam import HYPER, RANGES  # noqa: F401

SOURCE = "Kingma, Ba (2014), arXiv:1412.6980, algorithm 2; PyTorch `Adamax`."
RATE = 0.002
SLOTS = (0.0, 0.0)


def advance(rate, hyper, powers):
    beta1, beta2, epsilon, weight_decay = hyper
    powers[0] *= beta1
    return rate / (1.0 - powers[0]), beta1, 1.0 - beta1, beta2, epsilon, weight_decay


def step(p, g, mean, largest, k):
    scale, beta1, rest1, beta2, epsilon, decay = k
    g = fma(decay, p, g)
    mean = fma(beta1, mean, rest1 * g)
    largest = max(beta2 * largest, abs(g) + epsilon)
    return fma(-scale, mean / largest, p), mean, largest


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["u"] = np.maximum(beta2 * state.get("u", 0.0), np.abs(g) + hyper["epsilon"])
    return p - rate / (1 - beta1**t) * state["m"] / state["u"]
