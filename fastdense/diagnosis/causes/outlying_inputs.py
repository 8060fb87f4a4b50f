"""Some inputs are far from all others of their column."""

from fastdense.diagnosis.changes import fill, scale_inputs
from fastdense.diagnosis.outlying import named
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "INPUT_SCALE"
WHY = "Where a number such as -999 stands for a missing one, the network takes it for a size."
EXPLAINS = ("unscaled_inputs", "saturated_hidden", "dead_relu_acquired")
SOURCE = "Little, Rubin (2019), Statistical analysis with missing data, chapter 1."


def suspect(e):
    far = e.far_cells
    if not far.any():
        return None
    columns, count = int(far.any(axis=0).sum()), int(far.sum())
    return Suspicion(
        0.7,
        (f"{count} cell{'s' * (count > 1)} of {columns} input column{'s' * (columns > 1)}, far "
         f"from all others there: {named(e.case.given.inputs[far])}",),
    )  # fmt: skip


def changes(e):
    return fill(), fill() + scale_inputs()
