"""The loss stands on a plateau, or before a saddle, and would fall later."""

from fastdense.diagnosis.changes import epochs_times, optimizer
from fastdense.diagnosis.suspicion import Suspicion
from fastdense.markup.words import digits

LABEL = "SADDLE_PLATEAU"
WHY = "The gradient is small there, not because a minimum is near but because little changes."
SOURCE = "Saxe, McClelland, Ganguli (2014), arXiv:1312.6120; Dauphin et al. (2014)."

SADDLE = 0.01  # of the largest curvature: a smallest one below its negative is none of rounding


def suspect(e):
    flat = e.outcome_share("stalled")
    if not e.ran or not e.case.hidden or flat == 0:
        return None
    gradient, low, high = e.rest
    saddle = low < -SADDLE * high
    return Suspicion(
        (0.45 if saddle else 0.3) * flat * (1 - max(e.dead_last, e.dead_first)),
        (
            f"{flat:.0%} of the losses that stay high are flat at the end, with no layer dead",
            f"the gradient is {digits(gradient, 2)} times that of the start there, and curvatures "
            f"lie between {digits(low, 2)} and {digits(high, 2)}"
            + (": a saddle" if saddle else ""),
        ),
    )


def changes(e):
    return epochs_times(10), optimizer("adam", 1e-2)
