"""The class weights teach other shares of the classes than there are."""

from fastdense.diagnosis.changes import balanced_classes, no_class_weights
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "LOSS_MISMATCH"
WHY = "What is learned is how often each class comes, times its weight."
EXPLAINS = ("rate_too_high", "unsuited_optimizer", "too_few_steps", "class_imbalance")
SOURCE = "Elkan (2001), The foundations of cost-sensitive learning."


def suspect(e):
    weights = e.case.recipe.class_weights
    if not weights or max(weights) == min(weights):
        return None
    ratio = max(weights) / max(min(weights), 1e-30)
    return Suspicion(
        0.9 * rising(ratio, 1.5, 20.0),
        (f"the class weights run from {min(weights):g} to {max(weights):g}",),
    )


def changes(e):
    return no_class_weights(), balanced_classes()
