"""A hidden layer is dead before the first step: all its units are zero on all rows."""

from fastdense.diagnosis.changes import (
    fewer_layers,
    hidden_activation,
    positive_bias,
    sound_weights,
    wider,
)
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DEAD_RELU_BORN"
WHY = "Nothing passes a layer of zeros, and no gradient comes back through it."
EXPLAINS = ("hidden_activation", "too_narrow")
SOURCE = "Lu, Shin, Su, Karniadakis (2019), arXiv:1903.06733, Dying ReLU and initialization."


def suspect(e):
    if not e.dead_first:
        return None
    return Suspicion(
        e.dead_first,
        (f"in {e.dead_first:.0%} of the starts that fail a hidden layer is dead from the start",),
    )


def changes(e):
    count = len(e.case.hidden)
    few = [fewer_layers(2)] if count > 3 else []
    return (
        positive_bias(0.1), sound_weights(), hidden_activation("leaky_relu"),
        hidden_activation("tanh"), *few, wider(4),
    )  # fmt: skip
