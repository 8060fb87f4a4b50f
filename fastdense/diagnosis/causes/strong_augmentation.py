"""Augmentation changes samples into what they are not."""

from fastdense.diagnosis.changes import no_augmentation
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "REG_STRONG"
WHY = "A changed sample keeps its target: what makes it another's teaches what is wrong."
SOURCE = "Shorten, Khoshgoftaar (2019), Journal of Big Data 6, 60, section on safety."


def suspect(e):
    names = [choice.name for choice in e.case.recipe.augmentation]
    if not names:
        return None
    without, changed = e.augmented
    return Suspicion(
        0.3 + 0.5 * rising(changed / max(without, 1e-30), 1.2, 4.0),
        (
            f"the samples of a step go through {', '.join(names)}",
            f"at the end the loss is {without:.3g} on rows as they are and {changed:.3g} on "
            "changed ones",
        ),
    )


def changes(e):
    return (no_augmentation(),)
