"""Multiply the rate by gamma every `every` epochs."""

import math

SOURCE = "PyTorch `StepLR`."
HYPER = {"every": 30.0, "gamma": 0.1}
RANGES = {"every": (1e-3, float("inf")), "gamma": (0.0, float("inf"))}


def factor(epoch, epochs, hyper):
    every, gamma = hyper
    result = 1.0
    # One factor at a time is exact where a power is not; at 0 there is nothing left to do.
    for _ in range(math.floor(epoch / every)):
        result *= gamma
        if result == 0.0:
            break
    return result


def spec(epoch, epochs, hyper):
    return hyper["gamma"] ** math.floor(epoch / hyper["every"])
