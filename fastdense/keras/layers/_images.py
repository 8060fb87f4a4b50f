"""Layers of images."""

from fastdense.keras.layers._base import Layer
from fastdense.keras.layers._core import Units
from fastdense.keras.refused import refuse
from fastdense.keras.words import only
from fastdense.layers.average_pool2d import AveragePool2D
from fastdense.layers.conv2d import Conv2D as EngineConv2D
from fastdense.layers.flatten import Flatten
from fastdense.layers.global_average_pool2d import GlobalAveragePool2D
from fastdense.layers.max_pool2d import MaxPool2D


def pair(value):
    """Two numbers from one or two."""
    value = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    return tuple(int(one) for one in value)


def _channels(kind, data_format):
    only(kind, "data_format", data_format, None, "channels_last", "tf", "default")


class Conv2D(Units):
    """Filters over images."""

    def __init__(
        self, filters, kernel_size=None, strides=(1, 1), padding="valid", data_format=None,
        dilation_rate=(1, 1), groups=1, activation=None, use_bias=True,
        kernel_initializer="glorot_uniform", bias_initializer="zeros", kernel_regularizer=None,
        bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, nb_row=None, nb_col=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        if nb_row is not None:
            kernel_size = nb_row, nb_col
        _channels("Conv2D", data_format)
        only("Conv2D", "groups", groups, 1)
        self.filters, self.kernel_size = int(filters), pair(kernel_size)
        self.strides, self.dilation_rate = pair(strides), pair(dilation_rate)
        self.padding, self.data_format, self.groups = padding.lower(), "channels_last", 1
        if self.padding not in ("valid", "same"):
            raise ValueError(f"padding of Conv2D is {padding!r}; expected 'valid' or 'same'")
        self._take(
            activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
        )  # fmt: skip

    def kernel_shape(self, shape):
        if len(shape) != 3:
            raise refuse(
                f"Conv2D on samples of {shape}", "it takes images (height, width, channels)"
            )
        return *self.kernel_size, shape[2], self.filters

    def engine(self, shape):
        return [
            EngineConv2D(
                self.filters, self.kernel_size, self.activation.engine, self.strides,
                self.padding, self.dilation_rate, **self.said(shape),
            )
        ]  # fmt: skip


def Convolution2D(*sizes, **given):
    """`Conv2D`, of Keras 1 too: there the height and the width of the kernel follow each other."""
    if len(sizes) > 2 and isinstance(sizes[1], int) and isinstance(sizes[2], int):
        sizes = sizes[0], sizes[1:3], *sizes[3:]
    return Conv2D(*sizes, **given)


class _Pooling2D(Layer):
    kind: type

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, **others):
        super().__init__(**others)
        _channels(type(self).__name__, data_format)
        self.pool_size, self.data_format = pair(pool_size), "channels_last"
        self.strides = self.pool_size if strides is None else pair(strides)
        self.padding = padding.lower()

    def engine(self, shape):
        return [self.kind(self.pool_size, self.strides, self.padding)]


class MaxPooling2D(_Pooling2D):
    """The largest number of each window."""

    kind = MaxPool2D


class AveragePooling2D(_Pooling2D):
    """The mean of each window."""

    kind = AveragePool2D


class _GlobalPooling2D(Layer):
    def __init__(self, data_format=None, keepdims=False, **others):
        super().__init__(**others)
        kind = type(self).__name__
        _channels(kind, data_format)
        only(kind, "keepdims", keepdims, False)
        self.data_format, self.keepdims = "channels_last", False


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean of each channel."""

    def engine(self, shape):
        return [GlobalAveragePool2D()]


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The largest number of each channel."""

    def engine(self, shape):
        if len(shape) != 3:
            raise refuse(f"GlobalMaxPooling2D on samples of {shape}", "it takes images")
        return [MaxPool2D(shape[:2]), Flatten()]
