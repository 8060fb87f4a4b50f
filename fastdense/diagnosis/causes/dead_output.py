"""The output is clipped at zero on all rows."""

from fastdense.diagnosis.causes._layers import HALF_DEAD
from fastdense.diagnosis.changes import matching_output, output
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DEAD_RELU_OUTPUT"
WHY = "A relu that is zero on all rows has no gradient, and nothing below it learns."
EXPLAINS = ("output_activation",)
SOURCE = "Lu, Shin, Su, Karniadakis (2019), arXiv:1903.06733, Dying ReLU and initialization."


def suspect(e):
    if e.case.output.activation not in HALF_DEAD or not e.dead_output:
        return None
    return Suspicion(
        e.dead_output,
        (f"in {e.dead_output:.0%} of the starts that fail the outputs end as zero on all rows",),
    )


def changes(e):
    return output("identity"), matching_output(e.case)
