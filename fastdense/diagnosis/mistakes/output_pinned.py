"""The output sits at an end of its range, or at zero, whatever the inputs are."""

import numpy as np

WHY = "Where an activation is flat, or a relu is zero, no gradient comes back."
LOOK = (
    "PyTorch and Keras alike: which activation does the last layer have, and do the targets lie in "
    "its range"
)
SOURCE = "Stack Overflow 48221692, whose loss is that of a sigmoid at 1."
ENDS = -1.0, 0.0, 1.0
CLIPS = 1e-7, 2.0**-23 + 1e-7, 2e-7  # of probabilities, in Keras on its backends
MOST = 100.0  # of PyTorch's binary cross-entropy


def losses(case, trained):
    loss, y = case.recipe.loss, np.asarray(case.data.targets, float)
    weights = np.ones(len(y))
    if loss.entry.targets == "real":
        values = []
        for end in ENDS:
            per_row, _ = loss.entry.spec(np.full_like(y, end), y, loss.values)
            values.append(float(np.average(per_row, weights=weights)))
        return values
    if loss.entry.targets in ("unit", "distribution", "label"):
        shares = case.truth.values.mean(axis=0)
        wrong = np.concatenate([1 - shares, shares]) if len(shares) == 1 else 1 - shares
        most = [-np.log(clip) for clip in CLIPS] + [MOST]
        return [float(share * one) for share in wrong for one in most if 0 < share < 1]
    return []
