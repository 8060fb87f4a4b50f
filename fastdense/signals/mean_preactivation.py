"""Mean over outputs and rows of the size of the pre-activation, |z|."""

import numpy as np

SOURCE = "Glorot, Bengio (2010), Understanding the difficulty of training deep networks."
UNIT = "pre-activation"
TAKEN = "activations"


def of(sums, counts):
    return sums.preactivations / (counts.outputs * counts.rows)


def spec(layer):
    return np.abs(layer.preactivations).mean()
