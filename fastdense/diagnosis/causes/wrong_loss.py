"""The loss is made for other targets."""

from fastdense.diagnosis.changes import matching_output, scale_targets
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "LOSS_MISMATCH"
WHY = "The least loss is then not where the predictions are right."
SOURCE = "Bishop (1995), Neural networks for pattern recognition, chapter 6."


def suspect(e):
    case, loss = e.case, e.case.recipe.loss.entry
    if not case.truth.categorical and loss.targets in ("unit", "distribution", "label", "sign"):
        y = case.given.targets
        return Suspicion(
            0.97,
            (f"{loss.name} is for classes; the targets are numbers from {y.min():g} to "
             f"{y.max():g}",),
            certain=True,
        )  # fmt: skip
    if case.truth.kind == "classes" and case.truth.values.shape[1] > 1 and loss.targets == "sign":
        return Suspicion(0.7, (f"{loss.name} is for two classes, -1 and 1",))
    if case.truth.kind == "indicators" and loss.targets == "distribution":
        return Suspicion(0.7, (f"{loss.name} is for one class a row; some rows have several",))
    if case.truth.categorical and loss.targets in ("real", "nonnegative"):
        softmax = case.output.activation == "softmax"
        return Suspicion(
            0.45 if case.truth.kind == "indicators" or not softmax else 0.3,
            (f"the targets are classes; {loss.name} is for numbers",),
        )
    return None


def changes(e):
    return matching_output(e.case), matching_output(e.case) + scale_targets()
