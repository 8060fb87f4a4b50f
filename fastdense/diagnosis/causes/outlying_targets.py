"""A few targets are far from all others."""

from fastdense.diagnosis.changes import leave_out, loss
from fastdense.diagnosis.outlying import named
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "TARGET_SCALE"
WHY = "Squared errors of a few rows are then larger than those of all the rest."
EXPLAINS = ("unscaled_targets", "rate_too_low", "too_few_steps")
SOURCE = "Huber (1964), Robust estimation of a location parameter, Ann. Math. Statist. 35."
SQUARES = "mse", "half_squared_error", "msle"


def suspect(e):
    tail = e.case.truth.middle is not None
    if not (tail or e.set_apart.any()):
        return None
    targets = e.case.given.targets.astype(float)
    rows = e.far_targets.any(axis=1)
    squares = ((targets - targets.mean(axis=0)) ** 2 / targets.var(axis=0)).sum(axis=1)
    held = f"{rows.sum()} of {len(rows)} rows hold {squares[rows].sum() / squares.sum():.1%} of the"
    found = f"{held} targets' variance, at {named(targets[e.far_targets])}"
    if tail:
        return Suspicion(
            0.6 if e.case.recipe.loss.name in SQUARES else 0.0,
            (found, f"they end a long tail: where it does not matter how far out they are, "
             f"{e.attainable.explained:.0%} is attainable"),
        )  # fmt: skip
    return Suspicion(0.95, (found, f"{e.attainable.explained:.0%} of the others' is attainable"))


def changes(e):
    robust = (loss("mae"),) if e.case.recipe.loss.name in SQUARES else ()
    if e.case.truth.middle is not None:
        return robust
    rows, count = e.set_apart, e.set_apart.sum()
    which = "row whose target is" if count == 1 else f"{count} rows whose targets are"
    return (leave_out(rows, f"leave out the {which} far from all others"), *robust)
