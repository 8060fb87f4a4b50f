"""A hidden layer dies while it trains: an update puts all its units to zero on all rows."""

from fastdense.diagnosis.changes import hidden_activation, rate_times, scale_inputs, scale_targets
from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DEAD_RELU_ACQUIRED"
WHY = "A large update pushes the biases or weights so far that no row reaches the units any more."
EXPLAINS = ("rate_too_high",)
SOURCE = "Lu, Shin, Su, Karniadakis (2019), arXiv:1903.06733, Dying ReLU and initialization."


def suspect(e):
    died = e.dead_last - e.dead_first
    if died <= 0:
        return None
    return Suspicion(
        0.97 * died,
        (f"in {died:.0%} of the starts that fail a hidden layer dies while it trains",),
    )


def changes(e):
    return (
        rate_times(0.1), rate_times(0.01), scale_inputs(), scale_targets(),
        hidden_activation("leaky_relu"),
    )  # fmt: skip
