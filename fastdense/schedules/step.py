"""Multiply the rate by gamma every `every` epochs."""

import math

SOURCE = "PyTorch `StepLR`."
HYPER = {"every": 30.0, "gamma": 0.1}
RANGES = {"every": (5e-324, float("inf")), "gamma": (0.0, float("inf"))}


def factor(epoch, epochs, hyper):
    every, gamma = hyper
    result = 1.0
    for _ in range(math.floor(epoch / every)):
        result *= gamma
    return result


def spec(epoch, epochs, hyper):
    return hyper["gamma"] ** math.floor(epoch / hyper["every"])
