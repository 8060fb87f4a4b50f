"""Steps climb the loss: the learning rate is below zero."""

from fastdense.diagnosis.changes import descend
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "LR_SIGN"
WHY = "A step along the gradient, not against it, raises the loss."
EXPLAINS = ("rate_too_high", "exploding_depth", "dead_relu_acquired")
SOURCE = "Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations simultanées."


def suspect(e):
    if e.case.recipe.learning_rate >= 0:
        return None
    rate = e.case.recipe.learning_rate
    return Suspicion(1.0, (f"the learning rate is {rate:g}, so that steps climb the loss",), True)


def changes(e):
    return (descend(),)
