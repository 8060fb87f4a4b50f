"""The rows of the inputs and of the targets are in different orders."""

import numpy as np

from fastdense.diagnosis.rows import alike, related
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DATA_SHUFFLED"
WHY = "A row's target is then that of another row, and only the mean is left to predict."
EXPLAINS = ("unrelated_targets",)
SOURCE = "Zhang, Bengio, Hardt, Recht, Vinyals (2017), arXiv:1611.03530, randomization tests."
ALIKE, UNLIKE = 6.0, 3.0  # standard errors of a correlation that is there, and of one that is not


def suspect(e):
    if not e.attainable.unrelated:
        return None
    rows = {"inputs": e.case.given.inputs, "targets": e.case.truth.values}
    found = {name: alike(values) for name, values in rows.items()}
    ordered, other = sorted(found, key=found.get, reverse=True)
    errors = np.sqrt(len(e.case.given))
    if found[ordered] * errors < ALIKE or found[other] * errors > UNLIKE:
        return None
    # Rows sorted by class are as ordered; then the inputs must be more than noise.
    if ordered == "targets" and related(rows["inputs"]) * errors < ALIKE:
        return None
    return Suspicion(
        0.95,
        (
            f"the inputs tell nothing of the targets, and neighboring rows have {ordered} that are "
            f"alike (correlation {found[ordered]:.2f}) but {other} that are not "
            f"({found[other]:.2f}): one of them was moved",
        ),
    )
