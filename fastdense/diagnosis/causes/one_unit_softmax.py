"""A softmax over a single unit: the output is 1 whatever the input is."""

from fastdense.diagnosis.changes import matching_output
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "OUT_SOFTMAX1"
WHY = "A softmax divides each output by their sum; of one output the quotient is always 1."
SOURCE = "Bridle (1990), Probabilistic interpretation of feedforward network outputs."


def suspect(e):
    if e.case.output.activation != "softmax" or e.case.network.outputs != 1:
        return None
    return Suspicion(1.0, ("the network ends in a softmax of one unit",), True)


def changes(e):
    return (matching_output(e.case),)
