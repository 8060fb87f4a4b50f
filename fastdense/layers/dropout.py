"""Drops units at random while training."""

from dataclasses import dataclass
from math import prod

import numpy as np

from fastdense.checks import real
from fastdense.entry import Layer, Varied
from fastdense.numerics import streams

SOURCE = "Srivastava et al., Journal of Machine Learning Research 15, 1929 (2014)"


@dataclass(frozen=True)
class Dropout(Layer):
    """Drops each unit with probability `rate` while training and scales the rest up.

    Srivastava et al. (2014), in the inverted form of Keras and PyTorch.

    Parameters
    ----------
    rate : float
        From 0 on, below 1.

    Raises
    ------
    FastdenseError
        A rate out of this range.
    """

    rate: float

    random = True
    passes = True
    varied = Varied("dropout", "rate", 0.0, 1.0)

    def __post_init__(self) -> None:
        real("dropout", self.rate, 0.0, 1.0)

    def __repr__(self) -> str:
        return f"Dropout({self.rate!r})"

    def numbers(self, varied):
        """Random words below the first one drop a unit; the others are scaled by the second."""
        return np.stack([np.rint(varied * 2**32), 1.0 / (1.0 - varied)], axis=-1)

    def draw(self, seed, index, step, samples, inputs):
        """Factors: 0 for a dropped unit, else 1 / (1 - rate).

        Every sample of the batch owns a whole number of blocks of four random words.
        """
        features = prod(inputs)
        owned = -(-features // 4) * 4
        words = streams.words(seed, streams.DROPOUT, index, step, samples * owned)
        kept = words.reshape(samples, owned)[:, :features] >= np.uint64(round(self.rate * 2**32))
        return kept.reshape(samples, *inputs) / (1 - self.rate)

    def forward(self, arrays, x, drawn, training):
        factors = np.ones(x.shape) if drawn is None else drawn
        return x * factors, factors

    def backward(self, arrays, kept, delta):
        return delta * kept, ()


LAYER = Dropout
