"""An activation by itself, of each number that it is given."""

from dataclasses import dataclass

from fastdense import catalogue
from fastdense.entry import Layer
from fastdense.errors import FastdenseError, shown

SOURCE = "Keras `Activation`."


@dataclass(frozen=True)
class Activation(Layer):
    """An elementwise activation behind another layer, such as a normalization.

    Parameters
    ----------
    function : str
        Name of an entry under `fastdense/activations`.
    """

    function: str

    def __post_init__(self) -> None:
        if not isinstance(self.function, str):
            raise FastdenseError(
                f"function is {shown(self.function)}; expected the name of an activation"
            )
        entry = catalogue.get("activations", self.function)
        object.__setattr__(self, "function", entry.name)
        if entry.coupled:
            raise FastdenseError(f"{entry.name} couples a layer's units; give it to a dense layer")

    def __repr__(self) -> str:
        return f"Activation({self.function!r})"

    def forward(self, arrays, x, drawn, training):
        return catalogue.get("activations", self.function).spec(x, x)[0], x

    def backward(self, arrays, kept, delta):
        return catalogue.get("activations", self.function).spec(kept, delta)[1], ()


LAYER = Activation
