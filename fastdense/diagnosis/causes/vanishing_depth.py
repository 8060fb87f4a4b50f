"""The gradient vanishes on its way down the layers."""

import numpy as np

from fastdense.diagnosis.changes import (
    batch_normalization,
    fewer_layers,
    hidden_activation,
    sound_weights,
)
from fastdense.diagnosis.suspicion import Suspicion, rising
from fastdense.markup.words import digits

LABEL = "VANISH_DEPTH"
WHY = "Each layer multiplies the gradient by its weights and slopes; below 1 they shrink it."
SOURCE = "Hochreiter (1991); Glorot, Bengio (2010), Understanding the difficulty of training."


def suspect(e):
    depth = len(e.case.hidden)
    if depth < 3 or not e.ran:
        return None
    ratio = e.gradient_ratio
    if not np.isfinite(ratio):
        return None
    strength = rising(1 / max(ratio, 1e-30), 10.0, 1000.0) * (1 - e.dead_first)
    return Suspicion(
        0.95 * strength,
        (
            f"at the start the first layer's gradient is {digits(ratio, 2)} times the last one's, "
            f"over {depth} hidden layers",
        ),
    )


def changes(e):
    names = [hidden_activation(name) for name in ("tanh", "relu", "selu")]
    few = fewer_layers(2), fewer_layers(1)
    return sound_weights(), *names, batch_normalization(), *few
