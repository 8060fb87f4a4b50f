"""The class labels are not numbers from 0 to one below the number of outputs."""

from fastdense.diagnosis.changes import labels_from_zero, matching_output
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "LABELS_RANGE"
WHY = "A label is the number of an output, counted from 0."
SOURCE = "Keras `sparse_categorical_crossentropy`, PyTorch `CrossEntropyLoss`."


def suspect(e):
    if e.case.recipe.loss.entry.targets != "label" or not e.case.truth.categorical:
        return None
    low, high = e.case.given.targets.min(), e.case.given.targets.max()
    if low >= 0 and high < e.case.network.outputs:
        return None
    return Suspicion(
        1.0,
        (f"the labels run from {low:g} to {high:g}; the network has outputs 0 to "
         f"{e.case.network.outputs - 1}",),
        certain=True,
    )  # fmt: skip


def changes(e):
    return labels_from_zero(), matching_output(e.case)
