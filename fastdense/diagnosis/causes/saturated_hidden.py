"""Hidden units are saturated: they sit where their activation is flat."""

import numpy as np

from fastdense.diagnosis.causes._layers import SQUASHING, steepest
from fastdense.diagnosis.changes import scale_inputs, sound_weights
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "SAT_HIDDEN"
WHY = "A gradient that passes flat units is multiplied by their slopes, which are nearly zero."
SOURCE = "Glorot, Bengio (2010), Understanding the difficulty of training deep networks."


def suspect(e):
    layers = [layer.activation for _, layer in e.case.hidden]
    if not any(name in SQUASHING for name in layers) or not e.ran:
        return None
    slopes = e.signal("mean_slope", "first")[:-1]
    share = np.array([
        slope / steepest(name) if name in SQUASHING else 1.0
        for slope, name in zip(slopes, layers, strict=True)
    ])  # fmt: skip
    least = float(np.nanmin(share)) if np.isfinite(share).any() else 1.0
    return Suspicion(
        rising(1 / max(least, 1e-12), 4.0, 20.0),
        (f"the mean slope of a hidden layer is {least:.1%} of the steepest at the start",),
    )


def changes(e):
    return sound_weights(), scale_inputs()
