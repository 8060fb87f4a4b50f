"""From a chain of Keras's layers to the engine's network, and the way of weights between them."""

from dataclasses import replace

import numpy as np

from fastdense import catalogue
from fastdense.errors import FastdenseError
from fastdense.keras.refused import refuse
from fastdense.network import Network


class Plan:
    """How a chain of layers is carried out.

    Parameters
    ----------
    layers : list of Layer
        Built, from the first to the last.
    shape : tuple
        Of a sample.
    learning : list of bool
        Which of the layers are trained.

    Attributes
    ----------
    network : Network or None
        None where the last layer is none that a network of the engine may end in.
    """

    def __init__(self, layers, shape, learning):
        self.layers, self.shape, self.learning = layers, shape, learning
        for layer, learns in zip(layers, learning, strict=True):
            layer.learns = learns
        self._preparing, self._refusal = [], None
        rest = list(layers)
        while rest and rest[0].prepares():
            first = rest.pop(0)
            self._preparing.append(first)
            shape = first.result(shape)
        self._inputs = shape
        # The engine's layers, and the layers that each and its activation are of.
        made, self.sources, self.activators = [], [], []
        for layer in rest:
            name = layer.function() if hasattr(layer, "function") else None
            if name is not None and made and _folds(made[-1], name):
                made[-1] = replace(made[-1], activation=name)
                self.activators[-1] = layer
                continue
            try:
                own = layer.engine(shape)
            except FastdenseError as error:
                kept = isinstance(error, NotImplementedError)
                self._refusal = error if kept else refuse(f"the layer {layer.name}", str(error))
                own, made = [], []
                break
            made += own
            self.sources += [layer] * len(own)
            self.activators += [layer] * len(own)
            shape = layer.result(shape)
        self.outputs = shape if self._refusal is None else layers[-1].result(layers[-1].shape)
        self.network = None
        if made and made[-1].closing:
            inputs = self._inputs if len(self._inputs) == 3 else int(np.prod(self._inputs))
            try:
                self.network = Network(inputs, made)
            except FastdenseError as error:
                raise refuse("such a chain of layers", str(error)) from None
            pairs = zip(self.network.layers, self.sources, strict=True)
            having = {id(layer) for layer, _ in self.network.arrays}
            self._holders = [source for layer, source in pairs if id(layer) in having]

    def trainable(self):
        """The network, or an error that says why it cannot be trained."""
        if self._refusal is not None:
            raise self._refusal
        if self.network is None:
            last = self.layers[-1].name if self.layers else "nothing"
            raise refuse(
                f"training of a model that ends in {last}",
                "the last layer that counts must be a Dense one, with its activation",
            )
        return self.network

    def prepared(self, x):
        """Samples as the network takes them, (n, features) or images."""
        for layer in self._preparing:
            x = layer.prepared(x)
        return x if len(self._inputs) == 3 else x.reshape(len(x), -1)

    def gather(self, dtype):
        """The weights of the layers as the network's parameters."""
        flat = np.zeros(self.network.size, dtype)
        for views, holder in zip(self.network.split(flat), self._holders, strict=True):
            for place, array in zip(views, holder.current(), strict=False):
                place[...] = array
        return flat

    def scatter(self, flat):
        """The network's parameters as the weights of the layers."""
        for views, holder in zip(self.network.split(flat), self._holders, strict=True):
            for array, place in zip(holder._arrays, views, strict=False):
                array[...] = place

    def forward(self, x):
        """Outputs of a chain that no network of the engine carries out, in NumPy."""
        for layer in self.layers:
            x = layer.forward(x)
        return x


def _folds(layer, name):
    """Whether the activation that follows may be a layer's own."""
    coupled = catalogue.get("activations", name).coupled
    return layer.activation == "identity" and (layer.closing or not coupled)
