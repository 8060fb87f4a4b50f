"""The features of an image one behind the other, the channels fastest."""

from dataclasses import dataclass
from math import prod

from fastdense.entry import Layer

SOURCE = "Keras `Flatten`; PyTorch `nn.Flatten`, whose channels are the slowest"


@dataclass(frozen=True)
class Flatten(Layer):
    """Makes (height, width, channels) the features of the layers behind it."""

    passes = True
    reshapes = True

    def outputs(self, inputs):
        return (prod(inputs),)

    def products(self, inputs):
        return 0

    def forward(self, arrays, x, drawn, training):
        return x.reshape(len(x), -1), x.shape

    def backward(self, arrays, kept, delta):
        return delta.reshape(kept), ()


LAYER = Flatten
