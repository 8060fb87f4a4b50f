"""Augmentation changes samples into what they are not."""

import numpy as np

from fastdense.diagnosis.changes import no_augmentation
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "REG_STRONG"
WHY = "A changed sample keeps its target: what makes it another's teaches what is wrong."
SOURCE = "Shorten, Khoshgoftaar (2019), Journal of Big Data 6, 60, section on safety."


def suspect(e):
    names = [choice.name for choice in e.case.recipe.augmentation]
    if not names:
        return None
    evidence = [
        f"the samples of a step go through {', '.join(names)}",
        f"that takes a sample {e.moved:.2g} times as far as another one lies",
    ]
    strength = 0.3 + 0.55 * rising(e.moved, 0.7, 1.0)
    without, changed = e.augmented
    if np.isfinite([without, changed]).all():
        strength = max(strength, 0.3 + 0.5 * rising(changed / max(without, 1e-30), 1.2, 4.0))
        evidence.append(
            f"at the end the loss is {without:.3g} on rows as they are and {changed:.3g} on "
            "changed ones"
        )
    return Suspicion(strength, tuple(evidence))


def changes(e):
    return (no_augmentation(),)
