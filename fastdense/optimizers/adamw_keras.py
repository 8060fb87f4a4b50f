"""Adam with decoupled weight decay, Keras: epsilon is added to the uncorrected root."""

from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers.adam import RANGES, RATE  # noqa: F401

SOURCE = "Loshchilov, Hutter (2017), arXiv:1711.05101; Keras 3 `AdamW`."
SLOTS = (0.0, 0.0)
HYPER = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7, "weight_decay": 0.004}


def advance(rate, hyper, powers):
    beta1, beta2, epsilon, weight_decay = hyper
    powers[0] *= beta1
    powers[1] *= beta2
    scale = rate * sqrt(1.0 - powers[1]) / (1.0 - powers[0])
    return scale, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon, rate * weight_decay


def step(p, g, mean, square, k):
    scale, beta1, rest1, beta2, rest2, epsilon, decay = k
    p = fma(-decay, p, p)
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    size = sqrt(square) + epsilon
    return fma(-scale, mean / size, p), mean, square


def spec(p, g, state, rate, t, hyper):
    p = p - rate * hyper["weight_decay"] * p
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    alpha = rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return p - alpha * state["m"] / (state["v"] ** 0.5 + hyper["epsilon"])
