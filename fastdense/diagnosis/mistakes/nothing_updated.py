"""No step reaches the network: the loss stays where it was before the first."""

import numpy as np

WHY = "Steps are taken on other parameters, or undone, or never."
LOOK = (
    "PyTorch: is `optimizer.step()` called, after `loss.backward()`, and was the optimizer given "
    "the parameters of this model, after it was made; Keras: is `trainable` False, are weights "
    "set again in the loop"
)
SOURCE = "PyTorch forum, loss does not change."


def losses(case, trained):
    first = trained.runs.loss[:, 0]
    first = first[np.isfinite(first)]
    return [(float(first.min()), float(first.max()))] if len(first) else []
