"""The learning rate is too low for the loss to move."""

import math

from fastdense.diagnosis.changes import rate_times
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "LR_LOW"
WHY = "All updates together move the parameters by a small part of their size."
SOURCE = "Bengio (2012), arXiv:1206.5533, Practical recommendations for gradient-based training."
FAR = 3.0  # times their size: how far parameters come in a training that succeeds
FEW = 500  # updates that may be too few at any rate


def suspect(e):
    if not e.ran or e.case.recipe.learning_rate <= 0 or e.outcome_share("diverged") > 0.5:
        return None
    short = rising(1 / e.travel, 0.5, 10.0) if e.travel > 0 else 0.0  # else there is no gradient
    short *= 1 - max(e.dead_output, e.dead_last)
    recipe = e.case.recipe
    falling = 0.5 * e.outcome_share("slow")
    if recipe.learning_rate >= recipe.optimizer.entry.rate:  # then it is more likely the time
        falling *= 0.8
    strength = max(short, falling)
    if e.case.steps < FEW:  # more of them is the nearer thought
        strength *= 0.6
    return Suspicion(
        strength,
        (
            f"{e.case.steps} updates can move no layer by more than {e.travel:.2g} times its size",
            *e.share("of the losses that stay high still fall at the end", "slow"),
        ),
    )


def changes(e):
    # So much that the parameters can come a few times as far as they are large, and around it.
    far = 10.0 ** math.ceil(math.log10(FAR / e.travel)) if 0 < e.travel < FAR else 10.0
    factors = dict.fromkeys(min(max(one, 10.0), 1e12) for one in (far, 10 * far, far / 10))
    return tuple(map(rate_times, factors))
