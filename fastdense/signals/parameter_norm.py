"""Euclidean norm of the parameters, weights and bias together."""

import numpy as np

from fastdense.signals._norm import norm

SOURCE = "Krogh, Hertz (1991), A simple weight decay can improve generalization."
UNIT = "parameter"
TAKEN = "parameters"


def of(sums, counts):
    return np.sqrt(sums.parameter_squares)


def spec(layer):
    return norm(*layer.parameters)
