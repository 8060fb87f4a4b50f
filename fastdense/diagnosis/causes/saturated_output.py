"""The output is saturated: it sits where its activation is flat, on the wrong side."""

from fastdense.diagnosis.causes._layers import SQUASHING, steepest
from fastdense.diagnosis.changes import matching_output, rate_times, scale_inputs, sound_weights
from fastdense.diagnosis.suspicion import Suspicion, rising
from fastdense.markup.words import digits

LABEL = "SAT_OUTPUT"
WHY = (
    "The gradient is multiplied by the slope of the output, which is nearly zero there; a "
    "cross-entropy of the pre-activation has no such factor."
)
EXPLAINS = ("vanishing_depth", "plateau", "rate_too_low")
SOURCE = "Nielsen (2015), Neural networks and deep learning, chapter 3."


def suspect(e):
    name = e.case.output.activation
    network, _ = e.case.judged
    if not e.ran or name not in SQUASHING or network.layers[-1].activation != name:
        return None
    share = float(e.signal("mean_slope", "last")[-1]) / steepest(name)
    return Suspicion(
        0.9 * rising(1 / max(share, 1e-12), 10.0, 1000.0),
        (f"the mean slope of the output is {digits(share, 2)} times the steepest at the end",),
    )


def changes(e):
    return sound_weights(), matching_output(e.case), scale_inputs(), rate_times(0.1)
