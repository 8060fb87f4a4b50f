"""Half the squared error: the mean over outputs of (p - y)^2 / 2, whose slope is p - y."""

from fastdense.arrays.chunks import average

SOURCE = "Legendre (1805); scikit-learn `MLPRegressor(loss='squared_error')`."
TARGETS = "real"
PREDICTIONS = "real"


def value(p, y, hyper):
    return type(p)(0.5) * ((p - y) * (p - y))


def slope(p, y, hyper):
    return p - y


def spec(p, y, hyper):
    return 0.5 * ((p - y) ** 2).mean(axis=1), (p - y) / y.shape[1]


def constant(y, weights, hyper):
    mean = average(lambda y: y, y, weights)
    return float(average(lambda y: 0.5 * ((y - mean) ** 2).mean(axis=1), y, weights))
