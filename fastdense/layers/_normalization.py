"""What layers have in common that bring numbers to mean 0 and variance 1, then scale and shift."""

from dataclasses import dataclass, field

from fastdense.catalogue import Choice
from fastdense.checks import real
from fastdense.entry import Layer, Parameters

ONES, ZEROS = {"name": "constant", "value": 1.0}, "zeros"


def array(name, channels, initial, trained=True):
    """A number for each channel, and what all begin with."""
    choice = Choice.of("initializers", initial)
    return Parameters(name, (channels,), choice, channels, channels, False, trained)


@dataclass(frozen=True)
class Normalization(Layer):
    """Scales and shifts, one for each channel of an image or feature.

    Parameters
    ----------
    epsilon : float
        Added to the variance.
    """

    epsilon: float = field(default=1e-3)

    own_delta = True

    def __post_init__(self) -> None:
        real("epsilon", self.epsilon, 0.0, float("inf"))

    def parameters(self, inputs):
        return array("scale", inputs[-1], ONES), array("shift", inputs[-1], ZEROS)
