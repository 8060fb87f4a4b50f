"""Some starts end in a minimum that others avoid."""

from fastdense.diagnosis.changes import sound_weights, wider
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "LOCAL_MINIMUM"
WHY = "Where a training ends depends on where it starts."
SOURCE = "Swirszcz, Czarnecki, Pascanu (2016), arXiv:1611.06310, Local minima in training."


def suspect(e):
    if e.ran and not any(layer.weights.entry.random for _, layer in e.case.network.dense):
        flat = e.outcome_share("stalled", "frozen")
        return Suspicion(
            0.6 * flat, ("all starts begin with the same weights, and end flat in the same place",)
        )
    share = float(e.good.mean())
    if not 0 < share < 1 or not e.ran:
        return None
    flat = e.outcome_share("stalled")
    return Suspicion(
        0.5 * flat * (1 - max(e.dead_last, e.dead_first)),
        (f"{share:.0%} of the starts get there, the others end flat, with no layer dead",),
    )


def changes(e):
    return sound_weights(), wider(2, 4)
