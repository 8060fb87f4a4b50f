"""A few targets are far from all others."""

from fastdense.diagnosis.changes import leave_out, loss
from fastdense.diagnosis.outlying import named
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "TARGET_SCALE"
WHY = "Squared errors of a few rows are then larger than those of all the rest."
EXPLAINS = ("unscaled_targets", "rate_too_low", "too_few_steps")
SOURCE = "Huber (1964), Robust estimation of a location parameter, Ann. Math. Statist. 35."


def suspect(e):
    far = e.set_apart
    if not far.any():
        return None
    values = e.case.truth.values
    squares = ((values - values.mean(axis=0)) ** 2 / values.var(axis=0)).sum(axis=1)
    return Suspicion(
        0.95,
        (
            f"{far.sum()} of {len(far)} rows hold {squares[far].sum() / squares.sum():.1%} of the "
            f"targets' variance, at {named(e.case.given.targets[far])}",
            f"{e.attainable.explained:.0%} of the others' is attainable",
        ),
    )


def changes(e):
    rows, count = e.set_apart, e.set_apart.sum()
    which = "row whose target is" if count == 1 else f"{count} rows whose targets are"
    out = leave_out(rows, f"leave out the {which} far from all others")
    return (out, loss("mae")) if e.case.recipe.loss.name == "mse" else (out,)
