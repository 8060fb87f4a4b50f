"""The optimizer does not suit: another one at its usual rate gets there."""

from fastdense.diagnosis.changes import optimizer
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "OPT_CHOICE"
WHY = "Steps in proportion to the gradient crawl where the loss is flat; others rescale them."
SOURCE = "Kingma, Ba (2015), arXiv:1412.6980, Adam."
PLAIN = "sgd", "momentum", "momentum_keras", "nesterov", "nesterov_keras"


def suspect(e):
    name = e.case.recipe.optimizer.name
    strength = 0.25 if name in PLAIN or name.startswith(("adagrad", "adadelta")) else 0.1
    return Suspicion(strength, (f"the optimizer is {name}",))


def changes(e):
    if e.case.recipe.optimizer.name.startswith("adam"):
        return (optimizer("rmsprop"),)
    return optimizer("adam"), optimizer("adam", 1e-2)
