"""Activations as functions of arrays, each known to the engine by its name there."""

import numpy as np

from fastdense import catalogue
from fastdense.keras.refused import DIFFERENTIATION, refuse
from fastdense.keras.tensors import tensor


class ActivationFunction:
    """An activation: of an array, or as an argument of a layer.

    Attributes
    ----------
    engine : str
        Name of the entry under `fastdense/activations`.
    """

    def __init__(self, name, engine=None):
        self.__name__, self.engine = name, engine or name
        self.__doc__ = catalogue.get("activations", self.engine).summary

    def __call__(self, x, axis=-1):
        z = np.asarray(x)
        z = z.astype(float) if z.dtype.kind != "f" else z
        flat = np.moveaxis(z, axis, -1).reshape(-1, z.shape[axis] if z.ndim else 1)
        value = catalogue.get("activations", self.engine).spec(flat.astype(float), 0.0)[0]
        moved = np.moveaxis(z, axis, -1).shape
        return tensor(np.moveaxis(value.reshape(moved), -1, axis), z.dtype)

    def __repr__(self):
        return f"<function {self.__name__}>"

    def __reduce__(self):
        return get, (self.__name__,)


relu = ActivationFunction("relu")
relu6 = ActivationFunction("relu6")
sigmoid = ActivationFunction("sigmoid")
softmax = ActivationFunction("softmax")
log_softmax = ActivationFunction("log_softmax")
tanh = ActivationFunction("tanh")
linear = ActivationFunction("linear", "identity")
selu = ActivationFunction("selu")
elu = ActivationFunction("elu")
softplus = ActivationFunction("softplus")
softsign = ActivationFunction("softsign")
exponential = ActivationFunction("exponential")
hard_sigmoid = ActivationFunction("hard_sigmoid")
hard_silu = hard_swish = ActivationFunction("hard_silu")
hard_tanh = ActivationFunction("hard_tanh")
silu = swish = ActivationFunction("silu")
gelu = ActivationFunction("gelu")
mish = ActivationFunction("mish")
leaky_relu = ActivationFunction("leaky_relu", "leaky_relu(slope=0.2)")

_every = {name: one for name, one in list(globals().items()) if isinstance(one, ActivationFunction)}


def get(given):
    """An activation from its name, its function, or None, which is linear."""
    if given is None:
        return linear
    if isinstance(given, ActivationFunction):
        return given
    if isinstance(given, dict):
        given = given.get("config", given.get("class_name"))
    if isinstance(given, str):
        name = given.lower()
        if name in _every:
            return _every[name]
        raise ValueError(f"unknown activation {given!r}; known: {', '.join(sorted(_every))}")
    known = getattr(given, "__name__", "")
    module = getattr(given, "__module__", "") or ""
    if known in _every and module.partition(".")[0] in ("keras", "tensorflow", "torch", "jax"):
        return _every[known]
    raise refuse(f"the activation {known or given!r}", DIFFERENTIATION)


def serialize(activation):
    """The name of an activation."""
    return get(activation).__name__


deserialize = get
