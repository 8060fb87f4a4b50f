"""The network is too small for what it is to learn."""

from fastdense.diagnosis.changes import wider
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "CAPACITY_LOW"
WHY = "No choice of its parameters comes near the targets."
SOURCE = "Cybenko (1989), Approximation by superpositions of a sigmoidal function."
WIDE = 64


def suspect(e):
    widths = [layer.units for _, layer in e.case.hidden]
    if not widths:
        return Suspicion(
            0.9 if e.attainable.curved else 0.0,
            ("there is no hidden layer, and the best linear fit explains "
             f"{e.attainable.linear:.0%} of the targets' variance, others "
             f"{e.attainable.explained:.0%}",),
        )  # fmt: skip
    least = min(widths)
    return Suspicion(
        0.35 if least <= 8 else 0.25 if least <= 16 else 0.1 if least <= WIDE else 0.05,
        (f"the narrowest hidden layer has {least} unit{'s' * (least > 1)}",),
    )


def changes(e):
    return wider(4), wider(16)
