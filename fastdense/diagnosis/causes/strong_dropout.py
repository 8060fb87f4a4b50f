"""Dropout takes away more than the network can do without."""

from fastdense.diagnosis.changes import no_dropout
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DROPOUT_HIGH"
WHY = "What is dropped in every step is noise on the gradient, and the rest must do without it."
SOURCE = "Srivastava et al. (2014), Dropout: a simple way to prevent overfitting."


def suspect(e):
    rates = [layer.rate for layer in e.case.network.layers if layer.random]
    if not rates:
        return None
    most = max(rates)
    without, dropped = e.dropped
    return Suspicion(
        0.85 if most > 0.6 else 0.6 if most >= 0.4 else 0.3,
        (
            f"{len(rates)} layer{'s' * (len(rates) > 1)} of dropout, at rates up to {most:g}",
            f"at the end the loss is {without:.3g} without dropout and {dropped:.3g} with it",
        ),
    )


def changes(e):
    return (no_dropout(),)
