"""Adam with Nesterov momentum, Keras: the momentum warms up 250 times as fast as PyTorch's."""

from fastdense.numerics.primitives import fma, sqrt
from fastdense.optimizers import nadam
from fastdense.optimizers.adam_keras import HYPER, RANGES, RATE  # noqa: F401

SOURCE = "Dozat (2016), Incorporating Nesterov momentum into Adam; Keras 3 `Nadam`."
SLOTS = (0.0, 0.0)


def advance(rate, hyper, powers):
    # powers: of the momenta so far, of beta2, and of 0.96.
    beta1, beta2, epsilon = hyper
    powers[2] *= 0.96
    momentum = beta1 * (1.0 - 0.5 * powers[2])
    following = beta1 * (1.0 - 0.48 * powers[2])
    powers[0] *= momentum
    powers[1] *= beta2
    of_gradient = rate * (1.0 - momentum) / (1.0 - powers[0])
    of_mean = rate * following / (1.0 - powers[0] * following)
    correction = 1.0 / sqrt(1.0 - powers[1])
    return of_gradient, of_mean, correction, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon


def step(p, g, mean, square, k):
    of_gradient, of_mean, correction, beta1, rest1, beta2, rest2, epsilon = k
    mean = fma(beta1, mean, rest1 * g)
    square = fma(beta2, square, rest2 * (g * g))
    size = fma(sqrt(square), correction, epsilon)
    return p - fma(of_mean, mean, of_gradient * g) / size, mean, square


def spec(p, g, state, rate, t, hyper):
    return nadam.spec(p, g, state, rate, t, {**hyper, "weight_decay": 0.0, "momentum_decay": 1.0})
