"""Adam with Nesterov momentum, PyTorch: the momentum warms up by `momentum_decay`."""

from fastdense.numerics.maths import exp
from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers import adam

SOURCE = "Dozat (2016), Incorporating Nesterov momentum into Adam; PyTorch `NAdam`."
RATE = 0.002
SLOTS = (0.0, 0.0)
HYPER = {**adam.HYPER, "momentum_decay": 0.004}
RANGES = {**adam.RANGES, "momentum_decay": (0.0, float("inf"))}
LOG_096 = -0.040821994520255166


def advance(rate, hyper, powers):
    # powers: of the momenta so far, of beta2, and 0.96 ** (t * momentum_decay).
    beta1, beta2, epsilon, weight_decay, momentum_decay = hyper
    shrink = exp(LOG_096 * momentum_decay)
    powers[2] *= shrink
    momentum = beta1 * (1.0 - 0.5 * powers[2])
    following = beta1 * (1.0 - 0.5 * powers[2] * shrink)
    powers[0] *= momentum
    powers[1] *= beta2
    of_gradient = rate * (1.0 - momentum) / (1.0 - powers[0])
    of_mean = rate * following / (1.0 - powers[0] * following)
    correction = 1.0 / sqrt(1.0 - powers[1])
    scales = of_gradient, of_mean, correction
    return *scales, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon, weight_decay


def step(p, g, mean, square, k):
    of_gradient, of_mean, correction, beta1, rest1, beta2, rest2, epsilon, decay = k
    g = fma(decay, p, g)
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    size = fma(sqrt(square), correction, epsilon)
    return p - fma(of_mean, mean, of_gradient * g) / size, mean, square


def spec(p, g, state, rate, t, hyper):
    g = g + hyper["weight_decay"] * p
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    now, following = (
        beta1 * (1 - 0.5 * 0.96 ** (step * hyper["momentum_decay"])) for step in (t, t + 1)
    )
    state["product"] = state.get("product", 1.0) * now
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    mean = following * state["m"] / (1 - state["product"] * following)
    mean = mean + (1 - now) * g / (1 - state["product"])
    return p - rate * mean / ((state["v"] / (1 - beta2**t)) ** 0.5 + hyper["epsilon"])
