"""Layers that scale numbers: learned, or fixed before anything is learned."""

import numpy as np

from fastdense.keras import initializers
from fastdense.keras.configured import plain
from fastdense.keras.layers._base import Layer
from fastdense.keras.refused import refuse
from fastdense.keras.tensors import tensor
from fastdense.keras.words import only
from fastdense.layers.batch_normalization import BatchNormalization as EngineBatchNormalization
from fastdense.layers.layer_normalization import LayerNormalization as EngineLayerNormalization
from fastdense.layers.rescale import Rescale


class BatchNormalization(Layer):
    """Over a mini-batch in training, by moving averages afterwards."""

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
        beta_initializer="zeros", gamma_initializer="ones", moving_mean_initializer="zeros",
        moving_variance_initializer="ones", beta_regularizer=None, gamma_regularizer=None,
        beta_constraint=None, gamma_constraint=None, synchronized=False, mode=0, **others,
    ):  # fmt: skip
        super().__init__(**others)
        kind = "BatchNormalization"
        only(kind, "center", center, True)
        only(kind, "scale", scale, True)
        only(kind, "mode", mode, 0)
        only(kind, "synchronized", synchronized, False)
        for name, value in (
            ("beta_regularizer", beta_regularizer), ("gamma_regularizer", gamma_regularizer),
            ("beta_constraint", beta_constraint), ("gamma_constraint", gamma_constraint),
        ):  # fmt: skip
            only(kind, name, value, None)
        self.axis = int(axis[0] if isinstance(axis, (list, tuple)) else axis)
        self.momentum, self.epsilon, self.center, self.scale = (
            float(momentum),
            float(epsilon),
            True,
            True,
        )
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def arrays(self, shape):
        size = shape[-1:]
        return [
            ("gamma", size, self.gamma_initializer, True),
            ("beta", size, self.beta_initializer, True),
            ("moving_mean", size, self.moving_mean_initializer, False),
            ("moving_variance", size, self.moving_variance_initializer, False),
        ]

    def engine(self, shape):
        if self.axis not in (-1, len(shape)):
            raise refuse(f"BatchNormalization(axis={self.axis})", "axis can only be the last one")
        return [
            EngineBatchNormalization(
                self.epsilon, self.momentum, trainable=self.learns, fixed=not self.learns
            )
        ]


class LayerNormalization(Layer):
    """Over the features of a sample."""

    def __init__(
        self, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", **others,
    ):  # fmt: skip
        super().__init__(**others)
        only("LayerNormalization", "axis", axis, -1, [-1])
        only("LayerNormalization", "center", center, True)
        only("LayerNormalization", "scale", scale, True)
        self.axis, self.epsilon, self.center, self.scale = -1, float(epsilon), True, True
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)

    def arrays(self, shape):
        size = shape[-1:]
        return [
            ("gamma", size, self.gamma_initializer, True),
            ("beta", size, self.beta_initializer, True),
        ]

    def engine(self, shape):
        return [EngineLayerNormalization(self.epsilon, trainable=self.learns)]


class Rescaling(Layer):
    """Numbers times `scale`, plus `offset`."""

    def __init__(self, scale, offset=0.0, **others):
        super().__init__(**others)
        self.scale, self.offset = float(scale), float(offset)

    def prepares(self):
        return True

    def prepared(self, x):
        return x * np.float32(self.scale) + np.float32(self.offset)

    def engine(self, shape):
        return [Rescale(self.scale, self.offset)]


class Normalization(Layer):
    """Mean 0 and variance 1 of each feature, as `adapt` finds them, before anything is learned."""

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **others):
        super().__init__(**others)
        only("Normalization", "axis", axis, -1, None, [-1], (-1,))
        only("Normalization", "invert", invert, False)
        self.axis, self.invert = axis, False
        # What is given is no weight; what `adapt` finds is.
        self._given = None if mean is None else (np.asarray(mean), np.asarray(variance))

    @property
    def mean(self):
        return self._found(0)

    @property
    def variance(self):
        return self._found(1)

    def _found(self, place):
        """The mean or the variance, or None."""
        if self._given is not None:
            return tensor(self._given[place], "float32")
        return tensor(self._arrays[place]) if self.adapted else None

    @property
    def adapted(self):
        """Whether it has seen data, or was given what others had found."""
        return bool(self._arrays) and bool(self._arrays[2])

    def adapt(self, data, batch_size=None, steps=None):
        data = np.asarray(data, float)
        data = data[:, np.newaxis] if data.ndim == 1 else data
        places = tuple(range(data.ndim - (self.axis is not None)))
        self.shape, self.built = data.shape[1:], True
        found = data.mean(axis=places), data.var(axis=places), np.asarray(len(data))
        self._arrays = [np.asarray(one, "float32") for one in found]

    def arrays(self, shape):
        if self._given is not None:
            return []
        size, zeros, ones = shape[-1:], initializers.get("zeros"), initializers.get("ones")
        if self.axis is None:
            size = ()
        return [
            ("mean", size, zeros, False),
            ("variance", size, ones, False),
            ("count", (), zeros, False),
        ]

    def get_config(self):
        given = self._given or (None, None)
        return super().get_config() | {"mean": plain(given[0]), "variance": plain(given[1])}

    def prepares(self):
        return True

    def prepared(self, x):
        if self.mean is None:
            raise RuntimeError(f"the layer {self.name} knows no mean yet; call adapt(data) first")
        root = np.maximum(np.sqrt(self.variance), np.float32(1e-7))
        return (x - self.mean) / root

    def result(self, shape):
        return shape

    def engine(self, shape):
        raise refuse("Normalization behind a layer that learns", "put it first")

    def forward(self, x):
        return self.prepared(x)
