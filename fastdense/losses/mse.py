"""Mean squared error: the mean over outputs of (p - y)^2."""

from fastdense.arrays.chunks import average

SOURCE = "Legendre (1805); Keras `mean_squared_error`, PyTorch `MSELoss`."
TARGETS = "real"
PREDICTIONS = "real"
ALIASES = ("mean_squared_error",)


def value(p, y, hyper):
    return (p - y) * (p - y)


def slope(p, y, hyper):
    return type(p)(2) * (p - y)


def spec(p, y, hyper):
    return ((p - y) ** 2).sum(axis=1) / y.shape[1], 2 * (p - y) / y.shape[1]


def constant(y, weights, hyper):
    mean = average(lambda y: y, y, weights)
    return float(average(lambda y: ((y - mean) ** 2).sum(axis=1) / y.shape[1], y, weights))
