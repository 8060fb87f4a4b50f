"""What layers have in common that bring numbers to mean 0 and variance 1, then scale and shift."""

from dataclasses import dataclass, field

from fastdense.catalogue import Choice
from fastdense.checks import real
from fastdense.entry import Layer, Parameters
from fastdense.errors import FastdenseError, shown

ONES, ZEROS = {"name": "constant", "value": 1.0}, "zeros"


def array(name, channels, initial, trained=True):
    """A number for each channel, and what all begin with."""
    choice = Choice.of("initializers", initial)
    return Parameters(name, (channels,), choice, channels, channels, False, trained)


@dataclass(frozen=True, repr=False)
class Normalization(Layer):
    """Scales and shifts, one for each channel of an image or feature.

    Parameters
    ----------
    epsilon : float
        Added to the variance.
    trainable : bool
        Otherwise scales and shifts stay as they began.
    """

    epsilon: float = field(default=1e-3)
    trainable: bool = field(default=True, kw_only=True)

    own_delta = True

    def __post_init__(self) -> None:
        real("epsilon", self.epsilon, 0.0, float("inf"))
        if not isinstance(self.trainable, bool):
            raise FastdenseError(f"trainable is {shown(self.trainable)}; expected true or false")

    def __repr__(self) -> str:
        named = [*self.positional(), *self.unusual()]
        said = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in named)
        return f"{type(self).__name__}({said})"

    def parameters(self, inputs):
        scale = array("scale", inputs[-1], ONES, self.trainable)
        return scale, array("shift", inputs[-1], ZEROS, self.trainable)
