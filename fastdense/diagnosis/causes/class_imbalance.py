"""A class is ignored because it is rare."""

from fastdense.diagnosis.changes import balanced_classes
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "CLASS_IMBALANCE"
WHY = (
    "Saying the common class on every row is nearly right, and the gradient of the rare one small."
)
SOURCE = "He, Garcia (2009), Learning from imbalanced data."


def suspect(e):
    if not e.case.truth.categorical or e.case.truth.kind == "indicators":
        return None
    shares = e.case.truth.shares()
    present = shares[shares > 0]
    if len(present) < 2:
        return None
    ratio = float(present[0] / present[-1])
    told = e.recalls
    missed = 1 - min(told.values()) if told else 1.0
    return Suspicion(
        0.8 * rising(ratio, 8.0, 100.0) * missed,
        (
            f"the classes have shares of {present[0]:.1%} to {present[-1]:.2%}",
            f"of one class, {missed:.0%} of the rows are told wrong",
        ),
    )


def changes(e):
    return (balanced_classes(),)
