"""Targets of shape (n,) are compared with outputs of shape (n, 1): every row with every other."""

from fastdense.diagnosis.baseline import best_constant

WHY = "The difference is n x n, and what it teaches every row is the mean of all targets."
LOOK = (
    "PyTorch: `loss_fn(model(x), y)` wants y of the shape of the output, `y.unsqueeze(1)`; Keras: "
    "give y as (n, 1), or look at a loss function of your own"
)
SOURCE = "PyTorch issue 16045, loss of [n, 1] and [n]."


def losses(case, trained):
    loss = case.recipe.loss.entry
    if case.network.outputs > 1 or loss.targets != "real":
        return []
    return [best_constant(case)]
