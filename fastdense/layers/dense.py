"""Every output is an activation of a weighted sum of all inputs and a bias."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense import catalogue
from fastdense.catalogue import Choice, Chosen
from fastdense.checks import real, whole
from fastdense.entry import Layer, Parameters
from fastdense.errors import FastdenseError, shown

SOURCE = "Rumelhart, Hinton and Williams, Nature 323, 533 (1986)"
REGULARIZERS = "l1", "l2", "max_norm"


@dataclass(frozen=True)
class Dense(Layer):
    """A fully connected layer with its activation and how it is initialized.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str
        Name of an entry under `fastdense/activations`.
    weights, bias : str, dict or Choice
        Initializer, as a name or a table `{"name": ..., hyper-parameter: ...}`.
    l1, l2 : float
        Penalties on this layer's weights, besides those of the recipe.
    max_norm : float
        Bound on the Euclidean norm of the weights into each unit, which longer ones are scaled
        back to after an update (Srivastava et al., 2014; Keras `MaxNorm`); 0 for none.
    """

    units: int
    activation: str = "identity"
    # Defaults are as a caller gives them; `__post_init__` converts both.
    weights: Choice = field(default="glorot_uniform", kw_only=True)  # type: ignore[assignment]
    bias: Choice = field(default="zeros", kw_only=True)  # type: ignore[assignment]
    l1: float = field(default=0.0, kw_only=True)
    l2: float = field(default=0.0, kw_only=True)
    max_norm: float = field(default=0.0, kw_only=True)

    closing = True
    linked = False
    own_delta = True

    if TYPE_CHECKING:

        def __init__(
            self,
            units: int,
            activation: str = "identity",
            *,
            weights: Chosen = "glorot_uniform",
            bias: Chosen = "zeros",
            l1: float = 0.0,
            l2: float = 0.0,
            max_norm: float = 0.0,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", whole("units", self.units, 1))
        if not isinstance(self.activation, str):
            raise FastdenseError(
                f"activation is {shown(self.activation)}; expected the name of an activation"
            )
        entry = catalogue.get("activations", self.activation)
        object.__setattr__(self, "activation", entry.name)
        for name in ("weights", "bias"):
            object.__setattr__(self, name, Choice.of("initializers", getattr(self, name)))
        for name in REGULARIZERS:
            number = real(name, getattr(self, name), 0.0, float("inf"))
            object.__setattr__(self, name, number)

    def __repr__(self) -> str:
        usual, given = Dense(self.units), [repr(self.units)]
        if self.activation != usual.activation:
            given.append(repr(self.activation))
        for name in ("weights", "bias", *REGULARIZERS):
            if getattr(self, name) != getattr(usual, name):
                given.append(f"{name}={getattr(self, name)!r}")
        return f"Dense({', '.join(given)})"

    @property
    def coupled(self):
        """Whether its activation couples its units."""
        return catalogue.get("activations", self.activation).coupled

    @property
    def regularized(self) -> bool:
        """Whether it has penalties or a bound of its own."""
        return any(getattr(self, name) for name in REGULARIZERS)

    @property
    def unrolled(self):
        """Units and activation."""
        return self.units, self.activation

    def to_dict(self) -> dict[str, Any]:
        regularizers = {name: getattr(self, name) for name in REGULARIZERS}
        return {
            "dense": self.units,
            "activation": self.activation,
            "weights": self.weights.to_dict(),
            "bias": self.bias.to_dict(),
            **{name: value for name, value in regularizers.items() if value},
        }

    def outputs(self, inputs):
        return self.units

    def parameters(self, inputs):
        weights = Parameters((inputs, self.units), self.weights, inputs, True)
        return weights, Parameters((self.units,), self.bias, inputs, False)

    def activate(self, z, da=None):
        """The values of the activation at `z`, and the gradient with respect to `z`.

        `da` is the gradient with respect to the values: ones, if not given, for which an
        elementwise activation gives its slopes.
        """
        da = np.ones(z.shape) if da is None else da
        return catalogue.get("activations", self.activation).spec(z, da)

    def forward(self, arrays, x, drawn):
        weights, bias = arrays
        z = x @ weights + bias
        return self.activate(z)[0], (x, z)

    def backward(self, arrays, kept, delta):
        weights, _ = arrays
        x, z = kept
        delta = self.activate(z, delta)[1]
        return delta @ weights.T, (x.T @ delta, delta.sum(axis=0))

    def constrain(self, arrays):
        weights, _ = arrays
        if self.max_norm:
            norms = np.linalg.norm(weights, axis=0)
            over = norms > self.max_norm
            weights[:, over] *= self.max_norm / norms[over]


LAYER = Dense
