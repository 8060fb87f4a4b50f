"""All targets are the same."""

from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DATA_FLOOR"
WHY = "There is nothing to learn but that number, which the bias of the output can be set to."
SOURCE = "The definition of a function."


def suspect(e):
    values = e.case.truth.values
    if (values != values[0]).any():
        return None
    what = f"all {len(values)} targets are" if len(values) > 1 else "the only row has the target"
    numbers = ", ".join(f"{one:g}" for one in e.case.given.targets[0][:4])
    return Suspicion(1.0, (f"{what} {numbers}",), certain=True)
