"""What several causes ask of a case's layers."""

import numpy as np

from fastdense import catalogue

POSITIVE = "exponential", "softplus", "sigmoid", "softmax"  # outputs that are above zero
BOUNDED = {
    "sigmoid": (0, 1), "hard_sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1),
    "hard_tanh": (-1, 1), "softsign": (-1, 1), "relu": (0, np.inf), "relu6": (0, 6),
    "softplus": (0, np.inf), "exponential": (0, np.inf), "log_softmax": (-np.inf, 0),
}  # fmt: skip
HALF_DEAD = "relu", "relu6"
SQUASHING = "sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softsign"


def steepest(activation):
    """The largest slope of an activation, about."""
    z = np.linspace(-6, 6, 241)[:, np.newaxis]
    return float(np.max(catalogue.get("activations", activation).spec(z, np.ones_like(z))[1]))


def gain(activation):
    """How an activation scales what passes: sqrt of the mean square of its slope, N(0, 1) in."""
    z = np.random.default_rng(0).normal(size=(4000, 1))
    slopes = catalogue.get("activations", activation).spec(z, np.ones_like(z))[1]
    return float(np.sqrt((slopes**2).mean()))


def weight_sizes(case):
    """Of each dense layer, the size of its initial weights beside sqrt(1 / inputs) / gain.

    1 keeps the size of what passes; the gain is that of the layer's inputs, relative to their
    activation at its steepest: what a sigmoid takes away there is not the weights' doing.
    """
    start = case.network.split_dense(case.begin(0, "float64"))
    before, sizes = 1.0, []
    for (inputs, layer), (weights, _) in zip(case.network.dense, start, strict=True):
        sizes.append(float(np.sqrt((weights**2).mean() * inputs) * before))
        name = layer.activation
        before = 1.0 if layer.coupled else gain(name) / steepest(name)
    return sizes
