"""The loss is summed over samples where a mean was meant: steps grow with the batch."""

from fastdense.diagnosis.changes import mean_reduction
from fastdense.diagnosis.suspicion import Suspicion
from fastdense.recipe import MEANS

LABEL = "LOSS_BUG"
WHY = "A sum over the batch multiplies the learning rate by the number of samples."
EXPLAINS = ("rate_too_high",)
SOURCE = "Goyal et al. (2017), arXiv:1706.02677, Accurate, large minibatch SGD, section 3."


def suspect(e):
    recipe = e.case.recipe
    if recipe.reduction in MEANS:
        return None
    batch = recipe.batch_of(len(e.case.given))
    return Suspicion(
        0.95 if batch > 1 else 0.0,
        (f"the loss is a sum over {batch} samples, so that steps are {batch} times as large",),
    )


def changes(e):
    return (mean_reduction(),)
