"""A cross-entropy over classes is taken of outputs that are no distribution."""

from fastdense.diagnosis.changes import matching_output, output
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "OUT_NORM"
WHY = "The loss divides the outputs by their sum, and clips what is not above zero."
SOURCE = "Bridle (1990), Probabilistic interpretation of feedforward network outputs."


def suspect(e):
    loss, last = e.case.recipe.loss.entry, e.case.output.activation
    if loss.predictions != "distribution" or last == "softmax" or e.case.network.outputs == 1:
        return None
    strength = 0.75 if last == "sigmoid" else 0.95  # which at least lies between 0 and 1
    return Suspicion(
        strength, (f"the loss {loss.name} expects shares that sum to 1; the output is {last}",)
    )


def changes(e):
    return output("softmax"), matching_output(e.case)
