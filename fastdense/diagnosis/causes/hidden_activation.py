"""The hidden activation does not suit: it is linear, or lets nothing be learned."""

from fastdense.diagnosis import changes as known
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "ACT_HIDDEN"
WHY = "Linear layers are together one linear layer; others cut off what the targets depend on."
SOURCE = "Minsky, Papert (1969), Perceptrons; Cybenko (1989)."


def suspect(e):
    names = e.case.network.activations[:-1]
    if not names:
        return None
    if all(name == "identity" for name in names):
        if e.attainable.curved:
            return Suspicion(
                0.95,
                ("all hidden layers are linear, and the best linear fit explains "
                 f"{e.attainable.linear:.0%} of the targets' variance, others "
                 f"{e.attainable.explained:.0%}",),
            )  # fmt: skip
        return None
    return Suspicion(0.15, (f"the hidden activations are {', '.join(sorted(set(names)))}",))


def changes(e):
    names = {*e.case.network.activations[:-1]}
    return tuple(known.hidden_activation(n) for n in ("relu", "tanh") if names != {n})
