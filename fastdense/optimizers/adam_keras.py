"""Adam, Keras: epsilon is added to the uncorrected root ('epsilon hat')."""

from fastdense.numerics.primitives import fma, sqrt

SOURCE = "Kingma, Ba (2014), arXiv:1412.6980, section 2 (epsilon hat); Keras 3 `Adam`."
RATE = 0.001
SLOTS = (0.0, 0.0)
HYPER = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
RANGES = {
    "beta1": (0.0, 1.0),
    "beta2": (0.0, 1.0),
    "epsilon": (0.0, float("inf")),
}


def advance(rate, hyper, powers):
    beta1, beta2, epsilon = hyper
    powers[0] *= beta1
    powers[1] *= beta2
    scale = rate * sqrt(1.0 - powers[1]) / (1.0 - powers[0])
    return scale, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon


def step(p, g, mean, square, k):
    scale, beta1, rest1, beta2, rest2, epsilon = k
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    size = sqrt(square) + epsilon
    return fma(-scale, mean / size, p), mean, square


def spec(p, g, state, rate, t, hyper):
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    alpha = rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return p - alpha * state["m"] / (state["v"] ** 0.5 + hyper["epsilon"])
