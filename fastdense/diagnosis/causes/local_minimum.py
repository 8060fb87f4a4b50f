"""Some starts end in a minimum that others avoid."""

from fastdense.diagnosis.changes import sound_weights, wider
from fastdense.diagnosis.suspicion import Suspicion
from fastdense.markup.words import digits

LABEL = "LOCAL_MINIMUM"
WHY = "Where a training ends depends on where it starts."
SOURCE = "Swirszcz, Czarnecki, Pascanu (2016), arXiv:1611.06310, Local minima in training."

AT_REST = 1e-3  # of the gradient at the start, and of the largest curvature


def suspect(e):
    if e.ran and not any(layer.weights.entry.random for _, layer in e.case.network.dense):
        flat = e.outcome_share("stalled", "frozen")
        return Suspicion(
            0.6 * flat, ("all starts begin with the same weights, and end flat in the same place",)
        )
    share = float(e.good.mean())
    flat = e.outcome_share("stalled")
    if share == 1 or not e.ran or not flat:
        return None
    if share == 0:
        gradient, low, high = e.rest
        if not (gradient < AT_REST and low > -AT_REST * high and high > 0):
            return None
        return Suspicion(
            0.3 * flat * (1 - max(e.dead_last, e.dead_first, e.dead_output)),
            (
                f"the typical start ends with a gradient of {digits(gradient, 2)} times that of "
                f"its start and curvatures from {digits(low, 2)} to {digits(high, 2)}: at a "
                "minimum, or nearly",
            ),
        )
    return Suspicion(
        0.5 * flat * (1 - max(e.dead_last, e.dead_first)),
        (f"{share:.0%} of the starts get there, the others end flat, with no layer dead",),
    )


def changes(e):
    return sound_weights(), wider(2, 4)
