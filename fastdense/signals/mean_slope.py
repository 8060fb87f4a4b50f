"""Mean over outputs and rows of the activation's derivative.

NaN where the activation couples the units of a layer, and has no slope of its own.
"""

SOURCE = "Glorot, Bengio (2010), Understanding the difficulty of training deep networks."
UNIT = "1"
TAKEN = "activations"


def of(sums, counts):
    return sums.slopes / (counts.outputs * counts.rows)


def spec(layer):
    return layer.slopes.mean()
