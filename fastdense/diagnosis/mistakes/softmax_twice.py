"""A softmax is taken of outputs of which the loss takes one again."""

import math

WHY = "The second softmax sees numbers between 0 and 1, and cannot be surer than e to 1."
LOOK = (
    "PyTorch: `CrossEntropyLoss` expects logits, so that the model must not end in a softmax; "
    "Keras: `from_logits=True` only if the last layer has no activation"
)
SOURCE = "PyTorch `CrossEntropyLoss`: the input is expected to contain the unnormalized logits."


def losses(case, trained):
    loss, classes = case.recipe.loss.entry, case.truth.values.shape[1]
    if loss.targets not in ("label", "distribution") or classes < 2:
        return []
    return [math.log(math.e + classes - 1) - 1]  # where every row is right and sure
