"""Functions of arrays under TensorFlow's names."""

from fastdense import tf
from fastdense.keras.activations import sigmoid, softplus, tanh  # noqa: F401


def __getattr__(name):
    return getattr(tf, name)
