"""Every output is an activation of a weighted sum of all inputs and a bias."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastdense.catalogue import Chosen
from fastdense.checks import whole
from fastdense.errors import FastdenseError
from fastdense.layers._units import Units

SOURCE = "Rumelhart, Hinton and Williams, Nature 323, 533 (1986)"


@dataclass(frozen=True, repr=False)
class Dense(Units):
    """A fully connected layer with its activation and how it is initialized.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str
        Name of an entry under `fastdense/activations`.
    use_bias, weights, bias, l1, l2, bias_l1, bias_l2, max_norm, trainable
        As `Units` has them.
    """

    units: int
    activation: str = "identity"

    closing = True
    linked = False

    if TYPE_CHECKING:

        def __init__(
            self,
            units: int,
            activation: str = "identity",
            *,
            use_bias: bool = True,
            weights: Chosen = "glorot_uniform",
            bias: Chosen = "zeros",
            l1: float = 0.0,
            l2: float = 0.0,
            bias_l1: float = 0.0,
            bias_l2: float = 0.0,
            max_norm: float = 0.0,
            trainable: bool = True,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", whole("units", self.units, 1))
        super().__post_init__()

    @property
    def unrolled(self):
        """Units and activation, where all of its parameters are trained."""
        return (self.units, self.activation) if self.use_bias and self.trainable else None

    def outputs(self, inputs):
        if len(inputs) > 1:
            raise FastdenseError(
                f"a dense layer takes features, not images of {inputs}; put Flatten() before it"
            )
        return (self.units,)

    def parameters(self, inputs):
        (fan_in,) = inputs
        weights = self.weight_parameters((fan_in, self.units), fan_in, self.units)
        return weights, self.bias_parameters(self.units, fan_in, self.units)

    def products(self, inputs):
        return inputs[0] * self.units

    def forward(self, arrays, x, drawn, training):
        weights, bias = arrays
        z = x @ weights + bias
        return self.activate(z)[0], (x, z)

    def backward(self, arrays, kept, delta):
        weights, _ = arrays
        x, z = kept
        delta = self.activate(z, delta)[1]
        return delta @ weights.T, (x.T @ delta, delta.sum(axis=0))


LAYER = Dense
