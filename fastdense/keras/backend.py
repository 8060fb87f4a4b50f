"""What programs ask of the backend: types, epsilon, sessions, and functions of arrays."""

import numpy as np

from fastdense.keras.floats import backend, epsilon, floatx, set_epsilon, set_floatx
from fastdense.keras.names import forget
from fastdense.keras.ops import OLD, found

__all__ = [
    "backend", "cast_to_floatx", "clear_session", "epsilon", "floatx", "get_value",
    "image_data_format", "set_epsilon", "set_floatx", "set_image_data_format", "set_value",
]  # fmt: skip


def clear_session(free_memory=True):
    """Forget the names that were given."""
    forget()


def image_data_format():
    return "channels_last"


def set_image_data_format(data_format):
    if data_format != "channels_last":
        raise ValueError(f"{data_format!r} is not there; images are channels_last")


image_dim_ordering = image_data_format
set_image_dim_ordering = set_image_data_format


def set_value(variable, value):
    variable.assign(value)


def get_value(variable):
    return np.asarray(variable)


eval = get_value


def int_shape(x):
    return tuple(x.shape)


def ndim(x):
    return len(x.shape)


def cast_to_floatx(values):
    return np.asarray(values, floatx())


def set_session(session):
    """There are no sessions."""


def set_learning_phase(value):
    """It is known by who asks."""


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return found("keras.backend", OLD.get(name, name))
