"""Functions of arrays, for metrics and for what programs do beside their models; no gradients.

They are NumPy's, of the names that `keras.ops` and, with older names, `keras.backend` have.
"""

import numpy as np

from fastdense.keras.refused import DIFFERENTIATION, refuse, refused
from fastdense.keras.tensors import KerasTensor, tensor

SAME = (
    "abs absolute add all any arange argmax argmin argsort array ceil clip concatenate cos cumsum "
    "diag divide dot equal exp expand_dims expm1 eye floor full greater greater_equal isfinite "
    "isnan less less_equal log log10 log1p log2 logical_and logical_not logical_or matmul max "
    "maximum mean median min minimum mod multiply negative not_equal ones ones_like power prod "
    "ravel repeat reshape round sign sin size sort sqrt square squeeze stack std subtract "
    "sum take tanh tile transpose true_divide var where zeros zeros_like"
).split()
OTHER = {
    "cast": lambda x, dtype: np.asarray(x).astype(getattr(dtype, "name", dtype)),
    "convert_to_tensor": lambda x, dtype=None: np.asarray(x, dtype),
    "norm": lambda x, axis=None, keepdims=False: np.linalg.norm(x, axis=axis, keepdims=keepdims),
    "sigmoid": lambda x: 0.5 * (1 + np.tanh(0.5 * np.asarray(x))),
    "relu": lambda x: np.maximum(x, 0),
}
# What `keras.backend` calls them.
OLD = {
    "pow": "power", "constant": "convert_to_tensor", "permute_dimensions": "transpose",
    "flatten": "ravel",
}  # fmt: skip


def shape(x):
    return np.shape(x)


def convert_to_numpy(x):
    return np.asarray(x)


def found(module, name):
    """A function by its name; in its place, if there is none, what refuses it when it is used."""
    own = OTHER.get(name) or (getattr(np, name) if name in SAME else None)
    if own is None:
        return refused(f"{module}.{name}", DIFFERENTIATION)

    def function(*given, **named):
        if any(isinstance(one, KerasTensor) for one in given):
            raise refuse(f"{module}.{name} of a part of a model", DIFFERENTIATION)
        return tensor(own(*given, **named))

    function.__name__ = name
    return function


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return found("keras.ops", name)
