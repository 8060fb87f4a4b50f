"""Rows with equal inputs have different targets."""

from fastdense.diagnosis.suspicion import Suspicion

LABEL = "CONFLICTING_LABELS"
WHY = "No function of the inputs is right on both."
SOURCE = "Bishop (1995), Neural networks for pattern recognition, chapter 6."
MATTERS = 0.5  # of the variance that a function of the inputs could explain


def suspect(e):
    if e.attainable.limit >= MATTERS or e.distinct_inputs * len(e.case.given) <= 1:
        return None
    return Suspicion(
        0.95,
        (f"equal inputs have different targets: at most {e.attainable.limit:.1%} of their "
         "variance can be explained",),
    )  # fmt: skip
