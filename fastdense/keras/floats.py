"""The type of all numbers, and the constants of the backend."""

import os

_floatx = "float32"
_epsilon = 1e-7


def floatx():
    """ "float32" or "float64"."""
    return _floatx


def set_floatx(dtype):
    global _floatx
    if dtype not in ("float32", "float64"):
        raise ValueError(f"floatx is {dtype!r}; expected 'float32' or 'float64'")
    _floatx = dtype


def epsilon():
    """A small number."""
    return _epsilon


def set_epsilon(value):
    global _epsilon
    _epsilon = float(value)


def backend():
    """Whose cross-entropies are taken: "tensorflow", "jax" or "torch", as `KERAS_BACKEND` says."""
    name = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in ("tensorflow", "jax", "torch"):
        raise ValueError(f"KERAS_BACKEND is {name!r}; expected tensorflow, jax or torch")
    return name
