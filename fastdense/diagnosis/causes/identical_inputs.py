"""All rows have the same inputs."""

from fastdense.diagnosis.suspicion import Suspicion

LABEL = "IDENTICAL_INPUTS"
WHY = "A function of one input has one value: the best is the mean of the targets."
SOURCE = "The definition of a function."


def suspect(e):
    if e.distinct_inputs * len(e.case.given) > 1 or len(e.case.given) == 1:
        return None
    return Suspicion(1.0, (f"all {len(e.case.given)} rows have the same inputs",), certain=True)
