"""The momentum is so high that steps go on long after the gradient has turned."""

from fastdense.diagnosis.changes import constant_of_optimizer
from fastdense.diagnosis.suspicion import Suspicion, rising

LABEL = "OPT_CHOICE"
WHY = "A step is the sum of some 1 / (1 - momentum) gradients: as many times as large, and as old."
EXPLAINS = ("rate_too_high", "unsuited_optimizer", "too_few_steps", "dead_relu_acquired")
SOURCE = "Sutskever, Martens, Dahl, Hinton (2013), On initialization and momentum, section 2."
USUAL = 0.9


def suspect(e):
    momentum = e.case.recipe.optimizer.values.get("momentum", 0.0)
    if momentum <= USUAL or not e.ran:
        return None
    memory = 1 / max(1 - momentum, 1e-9)
    return Suspicion(
        0.9 * rising(memory, 12.0, 200.0),
        (f"a momentum of {momentum:g} sums some {memory:.3g} gradients, of {e.case.steps} steps",),
    )


def changes(e):
    return constant_of_optimizer("momentum", USUAL), constant_of_optimizer("momentum", 0.0)
