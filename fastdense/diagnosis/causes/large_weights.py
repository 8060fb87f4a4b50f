"""The initial weights are too large."""

from fastdense.diagnosis.causes._layers import weight_sizes
from fastdense.diagnosis.changes import sound_weights
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "INIT_LARGE"
WHY = "What passes a layer is multiplied by its weights; too large, outputs start far off."
EXPLAINS = (
    "exploding_depth", "saturated_hidden", "saturated_output", "rate_too_high",
    "dead_relu_acquired",
)  # fmt: skip
SOURCE = "He, Zhang, Ren, Sun (2015), arXiv:1502.01852; Glorot, Bengio (2010)."


def suspect(e):
    most = max(weight_sizes(e.case))
    return Suspicion(
        0.9 * rising(most, 2.0, 8.0),
        (f"a layer begins with weights {most:.2g} times those that keep the size of its inputs",),
    )


def changes(e):
    return (sound_weights(),)
