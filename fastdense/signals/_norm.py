"""The Euclidean norm of a layer's numbers, weights and bias together."""

import numpy as np


def norm(weights, bias):
    return np.sqrt((weights**2).sum() + (bias**2).sum())
