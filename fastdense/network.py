"""The architecture: the shape of the inputs, and layers. No numbers in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense import layers
from fastdense.arrays.buffers import buffer
from fastdense.arrays.chunks import blocks, first_not_finite
from fastdense.catalogue import Chosen
from fastdense.checks import whole
from fastdense.entry import Layer, Parameters, Shape
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.numerics import streams
from fastdense.once import once

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

MAX_PARAMETERS = 1 << 27


@dataclass(frozen=True)
class Network:
    """A stack of layers on `inputs` features, or on images.

    Parameters
    ----------
    inputs : int or (height, width, channels)
        Number of input features, or the shape of an image; rows of data hold its features one
        behind the other, the channels fastest.
    layers : sequence of layers
        From the input to the output; the last one is dense.

    Raises
    ------
    FastdenseError
        No dense layer at the end, a softmax below it, a width that is not a positive integer, or a
        layer that cannot be given what the one before it gives.
    """

    inputs: int | Shape
    layers: tuple[Layer, ...]

    if TYPE_CHECKING:

        def __init__(self, inputs: int | Sequence[int], layers: Sequence[Layer]) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", _inputs(self.inputs))
        if not isinstance(self.layers, (list, tuple)):
            raise FastdenseError(f"layers are {shown(self.layers)}; expected a list of layers")
        object.__setattr__(self, "layers", tuple(self.layers))
        for layer in self.layers:
            if not isinstance(layer, Layer):
                usable = " or ".join(kind.__name__ for kind in layers.kinds())
                raise FastdenseError(f"{shown(layer)} is not a layer; use {usable}")
        if not self.layers or not self.layers[-1].closing:
            raise FastdenseError("a network must end in a dense layer")
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
        return cls(
            widths[0], layers.plain(widths[1:], activation, output, weights=weights, bias=bias)
        )

    @property
    def shape(self) -> Shape:
        """Of a sample: (features,), or (height, width, channels)."""
        return (self.inputs,) if isinstance(self.inputs, int) else self.inputs

    @once
    def features(self) -> int:
        """Numbers of a sample."""
        return prod(self.shape)

    @once
    def sized(self):
        """The layers with the shapes of their inputs: `[(inputs, layer), ...]`."""
        pairs, shape = [], self.shape
        for layer in self.layers:
            pairs.append((shape, layer))
            shape = layer.outputs(shape)
        return pairs

    def __repr__(self) -> str:
        """As `of` makes it, or with its layers, neighbors that are equal as one."""
        given = layers.plain_arguments(self.layers)
        if given is not None:
            parts = [*_groups(self.widths), *(f"{k}={v!r}" for k, v in given.items())]
            return f"Network.of({', '.join(parts)})"
        return f"Network({self.inputs!r}, [{', '.join(_groups(self.layers))}])"

    @property
    def widths(self):
        """Number of inputs and of the units of each dense layer."""
        return self.features, *(layer.units for _, layer in self.dense)

    @property
    def sizes(self):
        """The widths as text, `"1-16-8-1"`; of many equal ones how many there are, `"1-8x20-1"`."""
        groups = [(width, len([*equal])) for width, equal in groupby(self.widths)]
        return "-".join(
            f"{width}x{n}" if n > 3 else "-".join([str(width)] * n) for width, n in groups
        )

    @once
    def outputs(self) -> int:
        """Number of outputs."""
        inputs, last = self.sized[-1]
        return prod(last.outputs(inputs))

    @once
    def dense(self) -> list[tuple[int, Any]]:
        """The layers of units with an activation, and how many inputs a unit has."""
        return [
            (layer.parameters(inputs)[0].fan_in, layer)
            for inputs, layer in self.sized if layer.activation is not None
        ]  # fmt: skip

    @property
    def activations(self) -> list[str]:
        """Of each of these what its units pass on by: its own, or one by itself further up."""
        names: list[Any] = []
        for layer in self.layers:
            if layer.activation is not None:
                names.append(layer.activation)
            elif layer.function is not None and names:
                names[-1] = layer.function
        return names

    @property
    def products(self) -> int:
        """Multiply-adds of a sample, about."""
        return sum(layer.products(inputs) for inputs, layer in self.sized)

    @once
    def arrays(self) -> list[tuple[Layer, tuple[Parameters, ...]]]:
        """For each layer that has parameters, `(layer, arrays)`: shapes and how they begin."""
        arrays = [(layer, layer.parameters(inputs)) for inputs, layer in self.sized]
        return [(layer, own) for layer, own in arrays if own]

    @once
    def size(self) -> int:
        """Number of parameters."""
        return sum(prod(array.shape) for _, own in self.arrays for array in own)

    @once
    def trained(self) -> np.ndarray:
        """Which parameters the optimizer changes, (size,); layers keep up the others themselves."""
        every = [array for _, own in self.arrays for array in own]
        return np.repeat([array.trained for array in every], [prod(a.shape) for a in every])

    @property
    def whole_batch(self) -> bool:
        """Whether some layer needs all samples of a mini-batch at once."""
        return any(layer.whole_batch for layer in self.layers)

    @property
    def varied(self):
        """Of each layer the number that may differ between networks side by side, or 0."""
        return [getattr(e, e.varied.field) if e.varied else 0.0 for e in self.layers]

    def vary(self, numbers):
        """The same network with other `varied` numbers."""
        pairs = zip(self.layers, numbers, strict=True)
        return replace(
            self,
            layers=tuple(
                replace(layer, **{layer.varied.field: float(number)}) if layer.varied else layer
                for layer, number in pairs
            ),
        )

    def split(self, parameters: np.ndarray) -> list[Any]:
        """Views of a flat vector by layer that has parameters, of a dense one (weights, bias).

        `arrays` has their names and shapes.
        """
        views: list[Any] = []
        first = 0
        for _, own in self.arrays:
            parts = []
            for array in own:
                count = prod(array.shape)
                parts.append(parameters[first : first + count].reshape(array.shape))
                first += count
            views.append(tuple(parts))
        return views

    def named(self, parameters: np.ndarray) -> dict[str, np.ndarray]:
        """The same views by name: `layers.0.weights`, `layers.0.bias`, ..."""
        pairs = zip(self.arrays, self.split(parameters), strict=True)
        return {
            f"layers.{index}.{array.name}": view
            for index, ((_, own), views) in enumerate(pairs)
            for array, view in zip(own, views, strict=True)
        }

    def split_dense(self, parameters: np.ndarray) -> list[Any]:
        """`[(weights, bias), ...]` of the layers of units alone, as `dense` has them."""
        pairs = zip(self.arrays, self.split(parameters), strict=True)
        return [own for (layer, _), own in pairs if layer.activation is not None]

    def initialize(
        self,
        seed: int = 0,
        dtype: "DTypeLike" = "float32",
        parts: Callable[..., Any] = streams.parts,
    ) -> np.ndarray:
        """Fresh parameters, a function of the seed alone.

        Parameters
        ----------
        seed : int
        dtype : dtype
            "float32" or "float64".
        parts : callable
            What draws the numbers; a device may have a faster one.

        Returns
        -------
        ndarray, shape (size,)
        """
        return self.initialize_many([seed], dtype, parts)[0]

    def initialize_many(
        self,
        seeds: Sequence[int] | np.ndarray,
        dtype: "DTypeLike" = "float32",
        parts: Callable[..., Any] = streams.parts,
    ) -> np.ndarray:
        """`initialize` for each of several seeds.

        Parameters
        ----------
        seeds : sequence of int
        dtype, parts : as in `initialize`

        Returns
        -------
        ndarray, shape (len(seeds), size)
        """
        flat = buffer(len(seeds) * self.size, dtype).reshape(len(seeds), self.size)
        seeds = np.asarray(seeds, np.int64)
        for rows in blocks(len(seeds), self.size):
            self._initialize(seeds[rows], flat[rows], parts)
        return flat

    def _initialize(self, seeds, flat, parts):
        last, places = 0, []
        every = (array for _, own in self.arrays for array in own)
        with np.errstate(over="ignore"):  # what the dtype cannot hold is infinite in it
            for number, (_, shape, choice, fan_in, fan_out, *_) in enumerate(every):
                first, last = last, last + prod(shape)
                place = flat[:, first:last]
                places.append((choice.name, place))
                entry, hyper = choice.entry, choice.values
                if not entry.random:
                    place[:] = entry.draw(np.zeros(shape), fan_in, fan_out, hyper).ravel()
                    continue
                stream, fans = (seeds, streams.INITIAL, number, 0), (fan_in, fan_out)
                for rows, part, values in _draws(entry, hyper, stream, fans, shape, parts):
                    place[rows, part] = values
        if first_not_finite(flat.reshape(-1)) is not None:
            name = next(name for name, place in places if not np.isfinite(place).all())
            raise FastdenseError(f"{name} draws numbers beyond the range of {flat.dtype}; scale it")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `from_dict` and scenario files have them."""
        return {"inputs": self.inputs, "layers": [layer.to_dict() for layer in self.layers]}

    @classmethod
    def from_dict(
        cls, table: Mapping[str, Any], inputs: int | None = None, outputs: int | None = None
    ) -> "Network":
        """Read what `to_dict` gives, or the `[network]` table of a scenario.

        Beside `inputs` there is either `hidden` (a width or a list of them), `depth` (how many
        times these follow each other; once), `activation`, `output` (the last activation),
        `weights`, `bias` and `dropout` (after each hidden layer), or `layers`, a list of tables
        with `dense`, `conv2d` or another kind of layer. `outputs` sets the width of the layer that
        follows the hidden ones; `layers` stands alone and states every width, the last one's too.

        Parameters
        ----------
        table : dict
        inputs, outputs : int, optional
            Widths of the data: what the table does not say, and `inputs` must agree with it.
        """
        kind = "key in [network]"
        known = {"inputs", *layers.HIDDEN}
        if "layers" in table:
            kind, known = "key in [network] beside layers", {"inputs", "layers"}
        for key in table:
            if key not in known:
                raise unknown(kind, key, known)
        stated = table.get("inputs", inputs)
        if stated is None:
            raise FastdenseError("network.inputs is missing; give the number of input features")
        if isinstance(stated, list):  # as TOML and JSON have a shape
            stated = tuple(stated)
        if inputs is not None and not _agree(stated, inputs):
            raise FastdenseError(
                f"network.inputs is {shown(stated)} but the data have {inputs}; leave it out"
            )
        inputs = stated
        if "layers" in table:
            if not isinstance(table["layers"], (list, tuple)):
                raise FastdenseError(
                    f"network.layers is {shown(table['layers'])}; expected a list of tables"
                )
            return cls(inputs, [layers.read(entry) for entry in table["layers"]])
        return cls(inputs, layers.hidden(table, outputs))


def _inputs(given):
    """A number of features, or the shape of an image, checked."""
    if not isinstance(given, (list, tuple)):
        return whole("inputs", given, 1)
    if len(given) != 3:
        raise FastdenseError(
            f"inputs are {shown(given)}; expected a number of features, or the height, width and "
            "channels of an image"
        )
    return tuple(whole("inputs", one, 1) for one in given)


def _agree(stated, found):
    """Whether a stated shape is that of rows of so many features, or of such images."""
    wanted = stated if isinstance(stated, tuple) else (stated,)
    if not all(isinstance(one, int) for one in wanted):
        return True  # is refused by itself
    return wanted == found if isinstance(found, tuple) else prod(wanted) == found


def _groups(values):
    """Values as Python writes them, many equal ones that follow each other as one."""
    for value, equal in groupby(values):
        count = len([*equal])
        yield from [f"*[{value!r}] * {count}"] if count > 3 else [repr(value)] * count


def _draws(entry, hyper, stream, fans, shape, parts):
    """Rows, columns and numbers of what an initializer draws for some seeds, part by part."""
    if entry.elementwise:
        for rows, part, drawn in parts(entry.distribution, *stream, prod(shape)):
            yield rows, part, entry.draw(drawn, *fans, hyper)
    else:  # of the matrix, whose columns are the units
        shape = (prod(shape[:-1]), shape[-1]) if len(shape) > 1 else shape
        numbers = streams.numbers(entry.distribution, *stream, shape, parts)
        values = [entry.draw(one, *fans, hyper) for one in numbers]
        yield slice(None), slice(None), np.reshape(values, (len(numbers), -1))
