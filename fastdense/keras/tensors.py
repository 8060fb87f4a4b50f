"""What stands for the data while a model is put together, and arrays that have `.numpy()`."""

import numpy as np

from fastdense.keras.names import unique


class KerasTensor:
    """The output of a layer, before there are data.

    Attributes
    ----------
    shape : tuple
        Of a batch: None, and the shape of a sample.
    source : (Layer, KerasTensor) or None
        What made it of what; None of an input.
    """

    def __init__(self, shape, source=None, dtype="float32", name=None):
        self.shape, self.source, self.dtype = tuple(shape), source, dtype
        self.name = name or unique("keras_tensor")

    @property
    def ndim(self):
        return len(self.shape)

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __array__(self, *_, **__):
        raise TypeError(
            f"{self!r} has no numbers yet: it is a part of a model; give the model data by predict"
        )


class Tensor(np.ndarray):
    """An array with TensorFlow's word for itself."""

    def numpy(self):
        return np.asarray(self)


def tensor(values, dtype=None):
    """Values as a `Tensor`."""
    return np.asarray(values, dtype).view(Tensor)


def shapes(shape):
    """A shape as a tuple, of a number too."""
    if shape is None:
        return None
    return tuple(shape) if isinstance(shape, (list, tuple)) else (int(shape),)
