"""The learning rate is too high for the loss to settle."""

import math

from fastdense.diagnosis.changes import rate_times
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "LR_HIGH"
WHY = "Steps overshoot: beyond 2 / curvature each one lands higher than it started."
SOURCE = "LeCun, Bottou, Orr, Müller (1998), Efficient backprop; Cohen et al. (2021), 2103.00065."


def suspect(e):
    recipe = e.case.recipe
    if not e.ran or recipe.learning_rate <= 0:
        return None
    unstable = e.outcome_share("diverged", "oscillating")
    evidence = [*e.share("of the starts diverge or oscillate", "diverged", "oscillating")]
    strength = 0.6 * unstable
    over = e.stability
    if over > 0:
        if over > 0.01:
            before, after, tenth = e.probe
            evidence.append(
                f"one step down the gradient takes the loss from {before:.3g} to {after:.3g}, a "
                f"tenth of it to {tenth:.3g}"
            )
            evidence.append(f"the rate is {over:.2g} times the largest that is stable at the start")
            strength = max(strength, rising(over, 0.6, 3.0))
    else:
        over = recipe.learning_rate / recipe.optimizer.entry.rate
        evidence.append(f"the rate is {over:.2g} times the usual one of {recipe.optimizer.name}")
        strength = max(strength, 0.8 * rising(over, 2.0, 50.0))
    return Suspicion(strength, tuple(evidence))


def changes(e):
    over = e.stability
    near = 10.0 ** -math.ceil(math.log10(2 * over)) if over > 0.5 else 0.1
    factors = dict.fromkeys((near, near / 10, 0.1, 0.01, 0.001))
    return tuple(map(rate_times, factors))
