"""Euclidean norm of the gradient of the loss over all training rows, weights and bias together."""

import numpy as np

from fastdense.signals._norm import norm

SOURCE = "Hochreiter (1991); Glorot, Bengio (2010), Understanding the difficulty of training."
UNIT = "loss per parameter"
TAKEN = "gradient"


def of(sums, counts):
    return np.sqrt(sums.gradient_squares)


def spec(layer):
    return norm(*layer.gradient)
