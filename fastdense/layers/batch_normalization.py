"""Each channel or feature at mean 0 and variance 1 over a mini-batch, then scaled and shifted."""

from dataclasses import dataclass, field
from math import prod

import numpy as np

from fastdense.checks import real
from fastdense.errors import FastdenseError, shown
from fastdense.layers._normalization import ONES, ZEROS, Normalization, array

PARTIAL_SUMS = 16  # of its twin
SOURCE = "Ioffe and Szegedy, International Conference on Machine Learning 37, 448 (2015)"


@dataclass(frozen=True, repr=False)
class BatchNormalization(Normalization):
    """Over the samples of a mini-batch, and all places of an image.

    Predictions, and losses between epochs, take moving averages of these means and variances,
    which are parameters of the layer that no optimizer changes. They move at a learning rate of
    zero, too.

    Parameters
    ----------
    epsilon : float
        Added to the variance: 1e-3 as in Keras; PyTorch has 1e-5.
    momentum : float
        What is kept of the averages in a step: 0.99 as in Keras; PyTorch's default is .9 so read.
    unbiased : bool
        Whether the moving variance is that of a sample (over n - 1), as in PyTorch.
    fixed : bool
        Whether training, too, takes the moving averages, and leaves them as they are: so Keras
        runs a layer that is not trainable.
    """

    momentum: float = 0.99
    unbiased: bool = False
    fixed: bool = field(default=False, kw_only=True)

    whole_batch = True
    sums_up = True

    def __post_init__(self) -> None:
        super().__post_init__()
        real("momentum", self.momentum, 0.0, 1.0)
        if not isinstance(self.fixed, bool):
            raise FastdenseError(f"fixed is {shown(self.fixed)}; expected true or false")

    def parameters(self, inputs):
        mean = array("mean", inputs[-1], ZEROS, False)
        variance = array("variance", inputs[-1], ONES, False)
        return *super().parameters(inputs), mean, variance

    def buffers(self, inputs):
        return (3 + PARTIAL_SUMS) * inputs[-1]

    def geometry(self, inputs):
        return inputs[-1], prod(inputs[:-1]), int(self.unbiased), int(self.fixed)

    def numbers(self, varied):
        return self.momentum, self.epsilon

    def forward(self, arrays, x, drawn, training):
        scale, shift, mean, variance = arrays
        axes = tuple(range(x.ndim - 1))
        count = x.size // x.shape[-1]
        training = training and not self.fixed
        if training:
            own_mean, own_variance = x.mean(axis=axes), x.var(axis=axes)
            factor = count / max(count - 1, 1) if self.unbiased else 1.0
            kept, new = self.momentum, 1 - self.momentum
            mean[:] = kept * mean + new * own_mean
            variance[:] = kept * variance + new * factor * own_variance
            mean, variance = own_mean, own_variance
        inverse = 1 / np.sqrt(variance + self.epsilon)
        normal = (x - mean) * inverse
        return scale * normal + shift, (normal, inverse, training)

    def backward(self, arrays, kept, delta):
        scale, *_, mean, _ = arrays
        normal, inverse, training = kept
        axes = tuple(range(delta.ndim - 1))
        of_scale, of_shift = (delta * normal).sum(axis=axes), delta.sum(axis=axes)
        below = delta
        if training:
            count = delta.size // delta.shape[-1]
            below = delta - (of_shift + normal * of_scale) / count
        none = np.zeros(mean.shape)
        return scale * inverse * below, (of_scale, of_shift, none, none)


LAYER = BatchNormalization
