"""Mean squared error: the mean over outputs of (p - y)^2."""

import numpy as np

SOURCE = "Legendre (1805); Keras `mean_squared_error`, PyTorch `MSELoss`."
TARGETS = "real"
PREDICTIONS = "real"


def value(p, y, hyper):
    return (p - y) * (p - y)


def slope(p, y, hyper):
    return type(p)(2) * (p - y)


def spec(p, y, hyper):
    return ((p - y) ** 2).mean(axis=1), 2 * (p - y) / y.shape[1]


def constant(y, weights, hyper):
    mean = np.average(y, axis=0, weights=weights)
    return float(np.average(((y - mean) ** 2).mean(axis=1), weights=weights))
