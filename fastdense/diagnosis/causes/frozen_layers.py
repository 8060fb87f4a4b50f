"""Layers are frozen: training does not change them."""

from fastdense.diagnosis.changes import train_all_layers
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "LR_ZERO"
WHY = "A frozen layer passes on what it did at the start; if that is random, others must cope."
EXPLAINS = ("too_narrow", "too_few_steps", "plateau")
SOURCE = "Yosinski, Clune, Bengio, Lipson (2014), arXiv:1411.1792; the update rule itself."


def suspect(e):
    layers = [layer for _, layer in e.case.network.dense]
    frozen = [layer for layer in layers if not layer.trainable]
    if not frozen:
        return None
    random = [layer for layer in frozen if layer.weights.name != "explicit"]
    return Suspicion(
        1.0 if len(frozen) == len(layers) else 0.8 if random else 0.4,
        (
            f"{len(frozen)} of {len(layers)} layers of units are frozen (trainable=False), "
            f"{len(random)} of them as they were drawn",
        ),
        certain=len(frozen) == len(layers),
    )


def changes(e):
    return (train_all_layers(),)
