"""Every number times a factor, plus an offset: of pixels, say, before the first layer."""

from dataclasses import dataclass

from fastdense.catalogue import MAXIMUM
from fastdense.checks import real
from fastdense.entry import Layer

SOURCE = "Keras `Rescaling`."


@dataclass(frozen=True)
class Rescale(Layer):
    """Nothing is learned; predictions and evaluations are rescaled, too.

    Parameters
    ----------
    factor : float
        Such as 1 / 255.
    offset : float
    """

    factor: float
    offset: float = 0.0

    def __post_init__(self) -> None:
        for name in ("factor", "offset"):
            number = real(name, getattr(self, name), -MAXIMUM, float("inf"))
            object.__setattr__(self, name, number + 0.0)  # no zero below zero

    def numbers(self, varied):
        return self.factor, self.offset

    def forward(self, arrays, x, drawn, training):
        return x * self.factor + self.offset, None

    def backward(self, arrays, kept, delta):
        return delta * self.factor, ()


LAYER = Rescale
