"""All that the code of an unrolled step depends on."""

from itertools import pairwise
from typing import NamedTuple


class StepShape(NamedTuple):
    """A network, what it is trained with, and the samples of a step.

    Attributes
    ----------
    inputs : int
    layers : tuple of (int, str)
        Units and activation of each layer.
    loss, optimizer : str
    batch : int
    """

    inputs: int
    layers: tuple[tuple[int, str], ...]
    loss: str
    optimizer: str
    batch: int

    def __str__(self):
        units = "-".join(f"{units}{activation}" for units, activation in self.layers)
        return f"{self.inputs}-{units}-{self.loss}-{self.optimizer}-{self.batch}"

    @property
    def entries(self):
        """The entries whose formulas it takes, as (kind, name)."""
        activations = {("activations", activation) for _, activation in self.layers}
        return {*activations, ("losses", self.loss), ("optimizers", self.optimizer)}

    @property
    def widths(self):
        return [self.inputs, *(units for units, _ in self.layers)]

    @property
    def parameters(self):
        return sum((fan_in + 1) * units for fan_in, units in pairwise(self.widths))
