"""What layers of units have in common: weights and a bias, an activation, penalties and a bound."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np

from fastdense import catalogue
from fastdense.catalogue import Choice
from fastdense.checks import real
from fastdense.entry import Layer, Parameters
from fastdense.errors import FastdenseError, shown

PENALTIES = "l1", "l2", "bias_l1", "bias_l2"
REGULARIZERS = *PENALTIES, "max_norm"


@dataclass(frozen=True)
class Units(Layer):
    """Units with an activation of a weighted sum of their inputs and a bias.

    Parameters
    ----------
    use_bias : bool
        Otherwise the biases stay zero, as before a batch normalization, which undoes them.
    weights, bias : str, dict or Choice
        Initializer, as a name or a table `{"name": ..., hyper-parameter: ...}`.
    l1, l2, bias_l1, bias_l2 : float
        Penalties on this layer's weights, besides those of the recipe, and on its biases.
    max_norm : float
        Bound on the Euclidean norm of the weights into each unit, which longer ones are scaled
        back to after an update (Srivastava et al., 2014; Keras `MaxNorm`); 0 for none.
    trainable : bool
        Otherwise the layer is frozen: its weights and biases stay as they began, and their
        gradient, penalties and bound are left out.
    """

    use_bias: bool = field(default=True, kw_only=True)
    # Defaults are as a caller gives them; `__post_init__` converts both.
    weights: Choice = field(default="glorot_uniform", kw_only=True)  # type: ignore[assignment]
    bias: Choice = field(default="zeros", kw_only=True)  # type: ignore[assignment]
    l1: float = field(default=0.0, kw_only=True)
    l2: float = field(default=0.0, kw_only=True)
    bias_l1: float = field(default=0.0, kw_only=True)
    bias_l2: float = field(default=0.0, kw_only=True)
    max_norm: float = field(default=0.0, kw_only=True)
    trainable: bool = field(default=True, kw_only=True)

    own_delta = True

    def __post_init__(self) -> None:
        if not isinstance(self.activation, str):
            raise FastdenseError(
                f"activation is {shown(self.activation)}; expected the name of an activation"
            )
        entry = catalogue.get("activations", self.activation)
        object.__setattr__(self, "activation", entry.name)
        for name in ("weights", "bias"):
            object.__setattr__(self, name, Choice.of("initializers", getattr(self, name)))
        for name in ("use_bias", "trainable"):
            given = getattr(self, name)
            if not isinstance(given, bool):
                raise FastdenseError(f"{name} is {shown(given)}; expected true or false")
        if not self.use_bias and self.bias.name != "zeros":
            raise FastdenseError(
                f"bias is {self.bias.name} without use_bias; expected zeros, which they stay"
            )
        for name in REGULARIZERS:
            number = real(name, getattr(self, name), 0.0, float("inf"))
            object.__setattr__(self, name, number)

    def __repr__(self) -> str:
        first, *others = [*self.positional(), *(f for f in fields(self) if f.kw_only)]
        parts = [repr(getattr(self, first.name))]
        usual = type(self)(*(getattr(self, f.name) for f in self.required()))
        for one in others:
            value = getattr(self, one.name)
            if one in self.required():
                parts.append(repr(value))
            elif value != getattr(usual, one.name):
                plain = one.name == "activation"
                parts.append(repr(value) if plain else f"{one.name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def with_units(self, count: int) -> Self:
        """The same layer with so many units."""
        return replace(self, **{self.positional()[0].name: count})

    @property
    def coupled(self):
        """Whether its activation couples its units."""
        return catalogue.get("activations", self.activation).coupled

    @property
    def regularized(self) -> bool:
        """Whether it has penalties or a bound of its own."""
        return any(getattr(self, name) for name in REGULARIZERS)

    def to_dict(self) -> dict[str, Any]:
        table = {one.name: getattr(self, one.name) for one in self.positional()[1:]}
        table |= {"weights": self.weights.to_dict(), "bias": self.bias.to_dict()}
        table |= {name: False for name in ("use_bias", "trainable") if not getattr(self, name)}
        table |= {name: getattr(self, name) for name in REGULARIZERS if getattr(self, name)}
        return {self.entry_name(): getattr(self, self.positional()[0].name), **table}

    def weight_parameters(self, shape, fan_in, fan_out):
        """The weights of such a shape."""
        penalized = trained = self.trainable
        return Parameters("weights", shape, self.weights, fan_in, fan_out, penalized, trained)

    def bias_parameters(self, count, fan_in, fan_out):
        """The bias of so many units; where it is not used nothing changes it."""
        trained = self.trainable and self.use_bias
        return Parameters("bias", (count,), self.bias, fan_in, fan_out, False, trained)

    def activate(self, z, da=None):
        """The values of the activation at `z`, and the gradient with respect to `z`.

        `da` is the gradient with respect to the values: ones, if not given, for which an
        elementwise activation gives its slopes.
        """
        da = np.ones(z.shape) if da is None else da
        return catalogue.get("activations", self.activation).spec(z, da)

    def constrain(self, arrays):
        weights, _ = arrays
        if self.max_norm and self.trainable:
            matrix = weights.reshape(-1, weights.shape[-1])  # a view
            norms = np.linalg.norm(matrix, axis=0)
            over = norms > self.max_norm
            matrix[:, over] *= self.max_norm / norms[over]
