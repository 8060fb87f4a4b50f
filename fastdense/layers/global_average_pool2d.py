"""The mean of each channel of an image over all its places."""

from dataclasses import dataclass

import numpy as np

from fastdense.entry import Layer
from fastdense.layers._windows import Windows

SOURCE = "Lin, Chen and Yan (2013), arXiv:1312.4400, Network in network"


@dataclass(frozen=True)
class GlobalAveragePool2D(Layer):
    """The mean of each channel, (channels,)."""

    own_delta = True

    def outputs(self, inputs):
        return (self.geometry(inputs).channels,)

    def geometry(self, inputs):
        return Windows.of(self.entry_name(), inputs, inputs[:2], (1, 1), "valid")

    def forward(self, arrays, x, drawn, training):
        return x.mean(axis=(1, 2)), x.shape

    def backward(self, arrays, kept, delta):
        _, height, width, _ = kept
        shared = delta[:, np.newaxis, np.newaxis] / (height * width)
        return np.broadcast_to(shared, kept), ()


LAYER = GlobalAveragePool2D
