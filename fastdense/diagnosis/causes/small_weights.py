"""The initial weights are too small."""

from fastdense.diagnosis.causes._layers import weight_sizes
from fastdense.diagnosis.changes import sound_weights
from fastdense.diagnosis.suspicion import Suspicion, rising
from fastdense.markup.words import digits

LABEL = "INIT_SMALL"
WHY = (
    "What passes a layer is multiplied by its weights; too small, neither signal nor gradient "
    "comes through."
)
EXPLAINS = ("vanishing_depth", "too_few_steps", "rate_too_low")
SOURCE = "He, Zhang, Ren, Sun (2015), arXiv:1502.01852; Glorot, Bengio (2010)."


def suspect(e):
    if all(not layer.weights.entry.random for _, layer in e.case.network.dense):
        return None
    sizes = [
        size for size, (_, layer) in zip(weight_sizes(e.case), e.case.network.dense, strict=True)
        if layer.weights.entry.random
    ]  # fmt: skip
    least, depth = min(sizes), len(e.case.hidden)
    per_layer = rising(1 / max(least, 1e-30), 3.0, 30.0)
    together = 1.0
    for size in sizes:
        together *= min(size, 1.0)
    strength = max(per_layer, rising(1 / max(together, 1e-30), 30.0, 3000.0)) if depth else 0.0
    return Suspicion(
        0.92 * strength,
        (
            f"a layer begins with weights {least:.2g} times those that keep the size of its inputs",
            f"all {depth + 1} layers together shrink what passes to {digits(together, 2)}",
            f"over the rows, the last hidden layer varies in {e.last_rank:.1f} directions",
        ),
    )


def changes(e):
    return (sound_weights(),)
