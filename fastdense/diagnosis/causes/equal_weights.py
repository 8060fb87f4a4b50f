"""The units of a layer begin alike, and so they stay."""

from fastdense.diagnosis.changes import sound_weights
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "INIT_CONST"
WHY = "Units with equal weights get equal gradients, so that a layer is worth one unit, or none."
EXPLAINS = ("dead_relu_born", "plateau")
SOURCE = "Rumelhart, Hinton, Williams (1986), Learning internal representations."


def suspect(e):
    constant = [
        layer for _, layer in e.case.hidden
        if layer.units > 1 and not layer.weights.entry.random and layer.weights.name != "explicit"
    ]  # fmt: skip
    if not constant:
        return None
    names = ", ".join(sorted({layer.weights.name for layer in constant}))
    return Suspicion(
        1.0,
        (f"{len(constant)} of {len(e.case.hidden)} hidden layers begin with equal weights "
         f"({names})",),
        certain=True,
    )  # fmt: skip


def changes(e):
    return (sound_weights(),)
