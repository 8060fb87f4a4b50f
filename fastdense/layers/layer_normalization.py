"""Each sample at mean 0 and variance 1 over its features, or over the channels of a place."""

from dataclasses import dataclass
from math import prod

import numpy as np

from fastdense.layers._normalization import Normalization

SOURCE = "Ba, Kiros and Hinton (2016), arXiv:1607.06450"


@dataclass(frozen=True, repr=False)
class LayerNormalization(Normalization):
    """Over the features of a sample; of an image over the channels at each place, as in Keras.

    Parameters
    ----------
    epsilon : float
        Added to the variance before its root is taken.
    trainable : bool
        Whether its scales and shifts are trained.
    """

    def geometry(self, inputs):
        return inputs[-1], prod(inputs[:-1])

    def numbers(self, varied):
        return self.epsilon, 0.0

    def forward(self, arrays, x, drawn, training):
        scale, shift = arrays
        normal = x - x.mean(axis=-1, keepdims=True)
        inverse = 1 / np.sqrt(np.square(normal).mean(axis=-1, keepdims=True) + self.epsilon)
        normal = normal * inverse
        return scale * normal + shift, (normal, inverse)

    def backward(self, arrays, kept, delta):
        scale, _ = arrays
        normal, inverse = kept
        axes = tuple(range(delta.ndim - 1))
        of_scale, of_shift = (delta * normal).sum(axis=axes), delta.sum(axis=axes)
        delta = scale * delta
        below = delta - delta.mean(axis=-1, keepdims=True)
        below -= normal * (delta * normal).mean(axis=-1, keepdims=True)
        return inverse * below, (of_scale, of_shift)


LAYER = LayerNormalization
