"""The architecture: input width and layers. No numbers in it."""

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from fastdense import catalogue, layers
from fastdense.arrays.buffers import room
from fastdense.arrays.chunks import blocks
from fastdense.checks import whole
from fastdense.entry import Layer
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.numerics import streams
from fastdense.once import once

MAX_PARAMETERS = 1 << 27


@dataclass(frozen=True)
class Network:
    """A stack of layers on `inputs` features.

    Parameters
    ----------
    inputs : int
        Number of input features.
    layers : sequence of layers
        `Dense`, `Dropout`, from the input to the output; the last one is dense.

    Raises
    ------
    FastdenseError
        No dense layer at the end, a softmax below it, or a width that is not a positive integer.
    """

    inputs: int
    layers: tuple[Layer, ...]

    def __post_init__(self):
        object.__setattr__(self, "inputs", whole("inputs", self.inputs, 1))
        if not isinstance(self.layers, (list, tuple)):
            raise FastdenseError(f"layers are {shown(self.layers)}; expected a list of layers")
        object.__setattr__(self, "layers", tuple(self.layers))
        for layer in self.layers:
            if not isinstance(layer, Layer):
                usable = " or ".join(kind.__name__ for kind in layers.kinds())
                raise FastdenseError(f"{shown(layer)} is not a layer; use {usable}")
        if not self.layers or not self.layers[-1].closing:
            raise FastdenseError("a network must end in a dense layer")
        for layer in self.layers[:-1]:
            if layer.coupled:
                raise FastdenseError(
                    f"{layer.activation} couples a layer's units; only the last layer may use it"
                )
        if self.size > MAX_PARAMETERS:
            raise FastdenseError(
                f"{shown(self.size)} parameters are too many; at most {MAX_PARAMETERS}"
            )

    @classmethod
    def of(cls, *widths, activation="relu", output="identity", weights=None, bias="zeros"):
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
        if len(widths) < 2:
            raise FastdenseError(
                f"{len(widths)} widths given; expected at least inputs and outputs"
            )
        weights = "glorot_uniform" if weights is None else weights
        return cls(
            widths[0], layers.plain(widths[1:], activation, output, weights=weights, bias=bias)
        )

    @once
    def sized(self):
        """The layers with their number of inputs: `[(inputs, layer), ...]`."""
        pairs, width = [], self.inputs
        for layer in self.layers:
            pairs.append((width, layer))
            width = layer.outputs(width)
        return pairs

    @property
    def outputs(self):
        """Number of outputs."""
        inputs, last = self.sized[-1]
        return last.outputs(inputs)

    @once
    def dense(self):
        """The layers of units with an activation: `[(inputs, layer), ...]`."""
        return [(inputs, layer) for inputs, layer in self.sized if layer.activation is not None]

    @once
    def arrays(self):
        """For each layer that has parameters, `(layer, arrays)`: shapes and how they begin."""
        arrays = [(layer, layer.parameters(inputs)) for inputs, layer in self.sized]
        return [(layer, own) for layer, own in arrays if own]

    @once
    def size(self):
        """Number of parameters."""
        return sum(prod(array.shape) for _, own in self.arrays for array in own)

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

    def split(self, parameters):
        """Views of a flat vector by layer: `[(weights (n_in, n_out), bias (n_out,)), ...]`."""
        views, first = [], 0
        for _, own in self.arrays:
            parts = []
            for array in own:
                count = prod(array.shape)
                parts.append(parameters[first : first + count].reshape(array.shape))
                first += count
            views.append(tuple(parts))
        return views

    def initialize(self, seed=0, dtype="float32"):
        """Fresh parameters, shape (size,), a function of the seed alone."""
        return self.initialize_many([seed], dtype)[0]

    def initialize_many(self, seeds, dtype="float32"):
        """`initialize` for each of several seeds, shape (len(seeds), size)."""
        flat = room(len(seeds) * self.size, dtype).reshape(len(seeds), self.size)
        for rows in blocks(len(seeds), self.size):
            self._initialize(seeds[rows], flat[rows])
        return flat

    def _initialize(self, seeds, flat):
        first = 0
        every = (array for _, own in self.arrays for array in own)
        for number, (shape, choice, fan_in, _) in enumerate(every):
            place = flat[:, first : first + prod(shape)]
            first += place.shape[1]
            stream = streams.INITIAL, number, 0
            for rows, part, values in _draws(choice, seeds, stream, fan_in, shape):
                if not (np.abs(values) <= np.finfo(flat.dtype).max).all():
                    raise FastdenseError(
                        f"{choice.name} draws numbers beyond the range of {flat.dtype}; scale it"
                    )
                place[rows, part] = values

    def to_dict(self):
        return {"inputs": self.inputs, "layers": [layer.to_dict() for layer in self.layers]}

    @classmethod
    def from_dict(cls, table, inputs, outputs):
        """Read the `[network]` table of a scenario, for data of the given widths.

        Either `hidden` (a width or a list of them), `depth` (how many times these follow each
        other; once), `activation`, `output` (the last activation), `weights`, `bias` and `dropout`
        (after each hidden layer), or `layers`, a list of tables with `dense` or `dropout`.
        `outputs` sets the width of the layer that follows the hidden ones, which otherwise comes
        from the data; `layers` stands alone and states every width, the last one's too.
        """
        kind = "key in [network]"
        known = {*layers.HIDDEN}
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
            return cls(inputs, [layers.read(entry) for entry in table["layers"]])
        return cls(inputs, layers.hidden(table, outputs))


def _draws(choice, seeds, stream, fan_in, shape):
    """Rows, columns and numbers of what an initializer draws for some seeds, part by part."""
    entry, hyper = catalogue.get("initializers", choice.name), choice.values("initializers")
    if entry.elementwise and entry.random:
        for rows, part, drawn in streams.uniform_parts(seeds, *stream, prod(shape)):
            yield rows, part, entry.draw(drawn, fan_in, shape[-1], hyper)
    else:
        drawn = streams.uniforms(seeds, *stream, shape) if entry.random else np.zeros((1, *shape))
        values = [entry.draw(one, fan_in, shape[-1], hyper) for one in drawn]
        yield slice(None), slice(None), np.reshape(values, (len(drawn), -1))
