"""Rows come in an order that means something, and are not shuffled."""

from fastdense.diagnosis.changes import shuffled
from fastdense.diagnosis.rows import alike
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "BATCH_SMALL"
WHY = "A mini-batch of like rows pulls its own way, and the next one pulls back."
EXPLAINS = ("noisy_gradient", "rate_too_high", "plateau")
SOURCE = "Bengio (2012), arXiv:1206.5533, Practical recommendations, section 3.1."


def suspect(e):
    recipe, count = e.case.recipe, len(e.case.given)
    if recipe.shuffle or recipe.batch_of(count) == count:
        return None
    found = alike(e.case.truth.values)
    return Suspicion(
        0.9 * rising(found, 0.1, 0.5),
        (f"rows are not shuffled, and neighbors have like targets (correlation {found:.2f})",),
    )


def changes(e):
    return (shuffled(),)
