"""The gradient is clipped to so little that steps are tiny."""

import numpy as np

from fastdense.diagnosis.changes import no_clip, rate_times
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "LR_LOW"
WHY = "A clip scales every larger gradient down, and the step with it."
EXPLAINS = ("rate_too_low", "too_few_steps", "unsuited_optimizer")
SOURCE = "Pascanu, Mikolov, Bengio (2013), arXiv:1211.5063, On the difficulty of training."


def suspect(e):
    recipe = e.case.recipe
    if not (recipe.clip_norm or recipe.clip_value) or not e.ran:
        return None
    norm = float(np.sqrt((e.signal("gradient_norm", "first") ** 2).sum()))
    clip = recipe.clip_norm or recipe.clip_value * np.sqrt(e.case.network.size)
    return Suspicion(
        0.95 * rising(norm / clip, 3.0, 100.0),
        (f"the gradient's norm is {norm:.2g} at the start, {norm / clip:.2g} times the clip",),
    )


def changes(e):
    # A rate that was found with the clip may be too low without it.
    return no_clip(), *(no_clip() + rate_times(factor) for factor in (10.0, 100.0))
