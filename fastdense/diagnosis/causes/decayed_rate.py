"""The schedule takes the learning rate away before the loss has fallen."""

import numpy as np

from fastdense.diagnosis.changes import constant_schedule
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "LR_LOW"
WHY = "All steps together are as short as if the rate had been low from the start."
EXPLAINS = ("rate_too_low", "too_few_steps", "unsuited_optimizer")
SOURCE = "Bengio (2012), arXiv:1206.5533, Practical recommendations for gradient-based training."


def suspect(e):
    recipe = e.case.recipe
    if recipe.schedule.name == "constant" or not recipe.epochs:
        return None
    factor, hyper = recipe.schedule.entry.spec, recipe.schedule.values
    epochs = np.linspace(0, recipe.epochs, 101)[:-1]
    mean = float(np.mean([factor(epoch, float(recipe.epochs), hyper) for epoch in epochs]))
    return Suspicion(
        0.9 * rising(1 / max(mean, 1e-30), 2.0, 10.0),
        (f"over all epochs the schedule leaves {mean:.1%} of the learning rate",),
    )


def changes(e):
    return (constant_schedule(),)
