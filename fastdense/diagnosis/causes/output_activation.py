"""The output's activation does not suit what is predicted."""

from fastdense.diagnosis.causes._layers import POSITIVE
from fastdense.diagnosis.changes import matching_output, output, output_of
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "OUT_ACT"
WHY = "What the activation cuts off, couples or flattens, the loss cannot teach."
SOURCE = "Bishop (1995), Neural networks for pattern recognition, chapter 6."


def suspect(e):
    case, loss = e.case, e.case.recipe.loss.entry
    last, kind = case.output.activation, case.truth.kind
    found = []
    if loss.predictions == "probability" and last != "sigmoid":
        found.append(f"{loss.name} expects a probability, and {last} gives none")
    if loss.predictions == "positive" and last not in POSITIVE:
        found.append(f"{loss.name} expects outputs above zero, and {last} goes below")
    if kind == "indicators" and last == "softmax":
        found.append("several classes may be right at once, but outputs of a softmax sum to 1")
    if kind == "classes" and last in ("relu", "relu6", "softsign", "tanh"):
        found.append(f"{last} gives no probabilities of classes")
    if loss.predictions == "logit" and last != "identity":
        found.append(f"{loss.name} expects pre-activations, and {last} is taken of them first")
    if kind == "numbers" and last in ("relu", "relu6"):
        found.append(f"an output of {last} has no slope below zero")
    if not found or (case.network.outputs == 1 and last == "softmax"):
        return None
    sure = kind != "numbers" or loss.predictions == "positive"
    return Suspicion(0.85 if sure else 0.4, tuple(found))


def changes(e):
    if e.case.recipe.loss.entry.predictions == "positive":
        return output("exponential"), output("softplus")
    return output(output_of(e.case.recipe.loss.entry)), matching_output(e.case)
