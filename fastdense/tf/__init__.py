"""The parts of TensorFlow that programs around Keras models use; no automatic differentiation."""

import importlib
import logging as _logging
import sys
from types import SimpleNamespace

import numpy as np

from fastdense.keras.refused import DIFFERENTIATION, refused
from fastdense.keras.tensors import tensor

__version__ = "2.19.0"  # whose words these are
VERSION = __version__

float16, float32, float64 = np.dtype("float16"), np.dtype("float32"), np.dtype("float64")
int8, int32, int64, uint8 = (np.dtype(n) for n in ("int8", "int32", "int64", "uint8"))
bool = np.dtype("bool")
double = float64
_MODULES = "nn", "random", "data", "math", "config"


def __getattr__(name):
    if name == "keras":
        return importlib.import_module("fastdense.keras")
    if name in ("initializers", "losses", "metrics", "optimizers"):
        return importlib.import_module(f"fastdense.keras.{name}")
    if name == "compat":  # earlier versions, as far as their words are here
        own = sys.modules[__name__]
        return SimpleNamespace(v1=own, v2=own)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name.startswith("_"):
        raise AttributeError(name)
    if name in ("GradientTape", "function", "Module", "custom_gradient", "gradients"):
        return refused(f"tf.{name}", DIFFERENTIATION)
    if name in _ELEMENTWISE:
        return _ELEMENTWISE[name]
    raise AttributeError(
        f"module 'tensorflow' has no attribute {name!r} here: fastdense serves Keras models, and "
        "of TensorFlow what programs around them use"
    )


def get_logger():
    """Nothing is written to it."""
    return _logging.getLogger("tensorflow")


def executing_eagerly():
    return True


def set_random_seed(seed):
    """Of TensorFlow 1."""
    importlib.import_module(f"{__name__}.random").set_seed(seed)


def _nothing(*_, **__):
    pass


enable_eager_execution = disable_eager_execution = disable_v2_behavior = _nothing
logging = SimpleNamespace(set_verbosity=_nothing, ERROR=40, FATAL=50, WARN=30, INFO=20)
autograph = SimpleNamespace(set_verbosity=_nothing)
test = SimpleNamespace(
    is_gpu_available=lambda *_, **__: False, is_built_with_cuda=lambda: False, gpu_device_name=str
)


def _real(dtype):
    return None if dtype is None else np.dtype(getattr(dtype, "name", dtype))


def constant(value, dtype=None, shape=None, name=None):
    """Values as a tensor; of Python's floats in float32."""
    array = np.asarray(value)
    if dtype is None and not isinstance(value, np.ndarray):
        dtype = {"f": "float32", "i": "int32"}.get(array.dtype.kind)
    array = array.astype(_real(dtype)) if dtype is not None else array
    return tensor(np.broadcast_to(array, shape).copy() if shape is not None else array)


def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    return constant(value, dtype)


def cast(x, dtype, name=None):
    return tensor(np.asarray(x).astype(_real(dtype)))


def reshape(tensor_, shape, name=None):
    return tensor(np.reshape(np.asarray(tensor_), shape))


def _made(function):
    def make(*args, **given):
        given.pop("name", None)
        given["dtype"] = _real(given.get("dtype", "float32"))
        return tensor(function(*args, **given))

    return make


zeros, ones = _made(np.zeros), _made(np.ones)


def range(*args, dtype=None, name=None):
    return tensor(np.arange(*args, dtype=_real(dtype)))


def linspace(start, stop, num, name=None, axis=0):
    return tensor(np.linspace(start, stop, num, axis=axis))


def one_hot(indices, depth, **_):
    return tensor(np.eye(depth, dtype="float32")[np.asarray(indices)])


def _wrapped(function):
    def call(*args, **given):
        given.pop("name", None)
        return tensor(function(*[np.asarray(one) for one in args], **given))

    return call


def _reducing(function):
    def call(x, axis=None, keepdims=False, name=None):
        return tensor(function(np.asarray(x), axis=axis, keepdims=keepdims))

    return call


_ELEMENTWISE = {
    name: _wrapped(getattr(np, own))
    for name, own in {
        "abs": "abs", "square": "square", "sqrt": "sqrt", "exp": "exp", "sin": "sin",
        "cos": "cos", "round": "round", "sign": "sign", "maximum": "maximum",
        "minimum": "minimum", "add": "add", "subtract": "subtract", "multiply": "multiply",
        "divide": "divide", "matmul": "matmul", "equal": "equal", "greater": "greater",
        "less": "less", "where": "where", "transpose": "transpose", "squeeze": "squeeze",
        "expand_dims": "expand_dims", "concat": "concatenate", "stack": "stack",
    }.items()
} | {
    "reduce_mean": _reducing(np.mean), "reduce_sum": _reducing(np.sum),
    "reduce_max": _reducing(np.max), "reduce_min": _reducing(np.min),
}  # fmt: skip


def argmax(x, axis=None, **_):
    return tensor(np.argmax(np.asarray(x), axis=axis))


def argmin(x, axis=None, **_):
    return tensor(np.argmin(np.asarray(x), axis=axis))


def is_tensor(value):
    return hasattr(value, "numpy")


def print(*args, **_):
    import builtins

    builtins.print(*args)
