"""The rows of the inputs and of the targets are in different orders."""

import numpy as np

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
    found = {name: _neighbors(values) for name, values in rows.items()}
    ordered, other = sorted(found, key=found.get, reverse=True)
    errors = np.sqrt(len(e.case.given))
    if found[ordered] * errors < ALIKE or found[other] * errors > UNLIKE:
        return None
    # Rows sorted by class are as ordered; then the inputs must be more than noise.
    if ordered == "targets" and _columns(rows["inputs"]) * errors < ALIKE:
        return None
    return Suspicion(
        0.95,
        (
            f"the inputs tell nothing of the targets, and neighboring rows have {ordered} that are "
            f"alike (correlation {found[ordered]:.2f}) but {other} that are not "
            f"({found[other]:.2f}): one of them was moved",
        ),
    )


def _columns(inputs):
    """The largest correlation between two columns."""
    inputs = np.asarray(inputs, float)
    inputs = inputs[:, inputs.std(axis=0) > 0]
    if inputs.shape[1] < 2:
        return 0.0
    between = np.abs(np.corrcoef(inputs, rowvar=False))
    np.fill_diagonal(between, 0.0)
    return float(between.max())


def _neighbors(values):
    """The largest correlation of a column with itself one row further on."""
    values = np.asarray(values, float)
    values = values - values.mean(axis=0)
    spread = (values**2).mean(axis=0)
    keep = spread > 0
    if not keep.any():
        return 0.0
    products = (values[1:] * values[:-1]).mean(axis=0)
    return float((products[keep] / spread[keep]).max())
