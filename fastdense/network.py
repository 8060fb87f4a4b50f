"""The architecture: input width and layers. No numbers in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense import catalogue
from fastdense.arrays.buffers import room
from fastdense.arrays.chunks import blocks
from fastdense.catalogue import Choice, Chosen
from fastdense.checks import real, whole
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.numerics import streams
from fastdense.once import once

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

MAX_PARAMETERS = 1 << 27
MAX_LAYERS = 10_000  # of a scenario's network
# Of the [network] table of a scenario, if it does not list its layers.
KEYS = {"hidden", "depth", "activation", "output", "weights", "bias", "dropout", "outputs"}
REGULARIZERS = "l1", "l2", "max_norm"  # of a layer


@dataclass(frozen=True)
class Dense:
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
            real(name, getattr(self, name), 0.0, float("inf"))
            object.__setattr__(self, name, float(getattr(self, name)))

    @property
    def regularized(self) -> bool:
        """Whether it has penalties or a bound of its own."""
        return any(getattr(self, name) for name in REGULARIZERS)

    def to_dict(self) -> dict[str, Any]:
        regularizers = {name: getattr(self, name) for name in REGULARIZERS}
        return {
            "dense": self.units,
            "activation": self.activation,
            "weights": self.weights.to_dict(),
            "bias": self.bias.to_dict(),
            **{name: value for name, value in regularizers.items() if value},
        }


@dataclass(frozen=True)
class Dropout:
    """Drops each unit with probability `rate` while training and scales the rest up.

    Srivastava et al. (2014), in the inverted form of Keras and PyTorch.
    """

    rate: float

    def __post_init__(self) -> None:
        real("dropout", self.rate, 0.0, 1.0)

    def to_dict(self) -> dict[str, Any]:
        return {"dropout": self.rate}


@dataclass(frozen=True)
class Network:
    """A stack of layers on `inputs` features.

    Parameters
    ----------
    inputs : int
        Number of input features.
    layers : sequence of Dense and Dropout
        From the input to the output; the last one is dense.

    Raises
    ------
    FastdenseError
        No dense layer at the end, a softmax below it, or a width that is not a positive integer.
    """

    inputs: int
    layers: tuple[Dense | Dropout, ...]

    if TYPE_CHECKING:

        def __init__(self, inputs: int, layers: Sequence[Dense | Dropout]) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", whole("inputs", self.inputs, 1))
        if not isinstance(self.layers, (list, tuple)):
            raise FastdenseError(f"layers are {shown(self.layers)}; expected a list of layers")
        object.__setattr__(self, "layers", tuple(self.layers))
        for layer in self.layers:
            if not isinstance(layer, (Dense, Dropout)):
                raise FastdenseError(f"{shown(layer)} is not a layer; use Dense or Dropout")
        if not self.layers or not isinstance(self.layers[-1], Dense):
            raise FastdenseError("a network must end in a dense layer")
        for layer in self.layers[:-1]:
            if isinstance(layer, Dense) and catalogue.get("activations", layer.activation).coupled:
                raise FastdenseError(
                    f"{layer.activation} couples a layer's units; only the last layer may use it"
                )
        if self.size > MAX_PARAMETERS:
            raise FastdenseError(
                f"{shown(self.size)} parameters are too many; at most {MAX_PARAMETERS}"
            )

    @classmethod
    def of(
        cls,
        *widths: int,
        activation: str = "relu",
        output: str = "identity",
        weights: Chosen | None = None,
        bias: Chosen = "zeros",
    ) -> "Network":
        """A plain network: `Network.of(1, 16, 8, 1)` has inputs, two hidden layers, one output.

        Parameters
        ----------
        *widths : int
            Inputs, hidden widths, outputs.
        activation, output : str
            Activation of the hidden layers, and of the last.
        weights, bias : str, dict or Choice
            Initializers of all layers; Glorot uniform and zeros by default.
        """
        if len(widths) == 1 and isinstance(widths[0], (list, tuple, np.ndarray)):
            raise FastdenseError(
                f"the widths are in one {type(widths[0]).__name__}, {shown(widths[0])}; expected "
                "each by itself: Network.of(*widths)"
            )
        if len(widths) < 2:
            raise FastdenseError(
                f"{len(widths)} widths given; expected at least inputs and outputs"
            )
        weights = "glorot_uniform" if weights is None else weights
        names = [activation] * (len(widths) - 2) + [output]
        layers = [
            Dense(n, name, weights=weights, bias=bias)
            for n, name in zip(widths[1:], names, strict=True)
        ]
        return cls(widths[0], layers)

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return self.dense[-1][1].units

    @once
    def dense(self) -> list[tuple[int, Dense]]:
        """The dense layers with their number of inputs: `[(fan_in, layer), ...]`."""
        pairs, width = [], self.inputs
        for layer in self.layers:
            if isinstance(layer, Dense):
                pairs.append((width, layer))
                width = layer.units
        return pairs

    @once
    def size(self) -> int:
        """Number of parameters."""
        return sum((fan_in + 1) * layer.units for fan_in, layer in self.dense)

    def split(self, parameters: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Views of a flat vector by layer: `[(weights (n_in, n_out), bias (n_out,)), ...]`."""
        views, first = [], 0
        for fan_in, layer in self.dense:
            count = fan_in * layer.units
            weights = parameters[first : first + count].reshape(fan_in, layer.units)
            bias = parameters[first + count : first + count + layer.units]
            views.append((weights, bias))
            first += count + layer.units
        return views

    def initialize(self, seed: int = 0, dtype: "DTypeLike" = "float32") -> np.ndarray:
        """Fresh parameters, shape (size,), a function of the seed alone."""
        return self.initialize_many([seed], dtype)[0]

    def initialize_many(
        self, seeds: Sequence[int] | np.ndarray, dtype: "DTypeLike" = "float32"
    ) -> np.ndarray:
        """`initialize` for each of several seeds, shape (len(seeds), size)."""
        flat = room(len(seeds) * self.size, dtype).reshape(len(seeds), self.size)
        for rows in blocks(len(seeds), self.size):
            self._initialize(seeds[rows], flat[rows])
        return flat

    def _initialize(self, seeds, flat):
        first = 0
        for index, (fan_in, layer) in enumerate(self.dense):
            for kind, choice in enumerate((layer.weights, layer.bias)):
                shape = (layer.units,) if kind else (fan_in, layer.units)
                place = flat[:, first : first + int(np.prod(shape))]
                first += place.shape[1]
                stream = streams.INITIAL, 2 * index + kind, 0
                for rows, part, values in _draws(choice, seeds, stream, fan_in, shape):
                    if not (np.abs(values) <= np.finfo(flat.dtype).max).all():
                        raise FastdenseError(
                            f"{choice.name} draws numbers beyond the range of {flat.dtype}; "
                            "scale it"
                        )
                    place[rows, part] = values

    def to_dict(self) -> dict[str, Any]:
        return {"inputs": self.inputs, "layers": [layer.to_dict() for layer in self.layers]}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], inputs: int, outputs: int) -> "Network":
        """Read the `[network]` table of a scenario, for data of the given widths.

        Either `hidden` (a width or a list of them), `depth` (how many times these follow each
        other; once), `activation`, `output` (the last activation), `weights`, `bias` and `dropout`
        (after each hidden layer), or `layers`, a list of tables with `dense` or `dropout`.
        `outputs` sets the width of the layer that follows the hidden ones, which otherwise comes
        from the data; `layers` stands alone and states every width, the last one's too.
        """
        kind = "key in [network]"
        known = KEYS
        if "layers" in table:
            kind, known = "key in [network] beside layers", {"layers"}
        for key in table:
            if key not in known:
                raise unknown(kind, key, known)
        if "layers" in table:
            if not isinstance(table["layers"], (list, tuple)):
                raise FastdenseError(
                    f"network.layers is {shown(table['layers'])}; expected a list of tables"
                )
            return cls(inputs, [_layer(entry) for entry in table["layers"]])
        hidden = table.get("hidden", [])
        if isinstance(hidden, int):
            hidden = [hidden]
        if not isinstance(hidden, (list, tuple)):
            raise FastdenseError(f"network.hidden is {shown(hidden)}; expected a list of widths")
        depth = whole("network.depth", table.get("depth", 1), 0)
        if depth * len(hidden) > MAX_LAYERS:
            raise FastdenseError(
                f"{shown(depth * len(hidden))} hidden layers are too many; at most {MAX_LAYERS}"
            )
        hidden = [*hidden] * depth
        given = {name: table[name] for name in ("weights", "bias") if name in table}
        dropout = Dropout(table.get("dropout", 0.0))
        layers: list[Dense | Dropout] = []
        for width in hidden:
            layers.append(Dense(width, table.get("activation", "relu"), **given))
            if dropout.rate > 0:
                layers.append(dropout)
        outputs = table.get("outputs", outputs)
        layers.append(Dense(outputs, table.get("output", "identity"), **given))
        return cls(inputs, layers)


def _draws(choice, seeds, stream, fan_in, shape):
    """Rows, columns and numbers of what an initializer draws for some seeds, part by part."""
    entry, hyper = catalogue.get("initializers", choice.name), choice.values("initializers")
    if entry.elementwise and entry.random:
        for rows, part, drawn in streams.uniform_parts(seeds, *stream, int(np.prod(shape))):
            yield rows, part, entry.draw(drawn, fan_in, shape[-1], hyper)
    else:
        drawn = streams.uniforms(seeds, *stream, shape) if entry.random else np.zeros((1, *shape))
        values = [entry.draw(one, fan_in, shape[-1], hyper) for one in drawn]
        yield slice(None), slice(None), np.reshape(values, (len(drawn), -1))


def _layer(table):
    if isinstance(table, dict) and set(table) == {"dropout"}:
        return Dropout(table["dropout"])
    if not isinstance(table, dict) or "dense" not in table:
        raise FastdenseError(f"{shown(table)} is not a layer; expected 'dense' or 'dropout' in it")
    rest = {key: value for key, value in table.items() if key != "dense"}
    known = "dense", "activation", "weights", "bias", *REGULARIZERS
    for key in rest:
        if key not in known:
            raise unknown("key of a dense layer", key, known)
    return Dense(table["dense"], **rest)
