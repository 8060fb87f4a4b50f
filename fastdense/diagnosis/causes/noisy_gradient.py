"""Mini-batches are so small that the gradient's noise outweighs it."""

from fastdense.diagnosis.changes import batch
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "BATCH_SMALL"
WHY = "The loss hovers at a level that the rate over the batch size sets."
SOURCE = "Bottou, Curtis, Nocedal (2018), arXiv:1606.04838, Optimization methods."
SMALL = 8


def suspect(e):
    size = e.case.recipe.batch_of(len(e.case.given))
    if size > SMALL or size == len(e.case.given):
        return None
    unsteady = e.outcome_share("oscillating")
    return Suspicion(
        0.2 + 0.4 * unsteady,
        (
            f"mini-batches have {size} sample{'s' * (size > 1)}, and their gradients differ by "
            f"{e.noise:.2g} times the gradient's size at the end",
        ),
    )


def changes(e):
    return batch(64), batch(512)
