"""Keras, as far as its models are chains of layers, on the engine of fastdense.

`python -m fastdense.keras program.py` runs a program that imports Keras or TensorFlow as it stands;
`import fastdense.keras as keras` is for one that may be changed.
"""

import importlib

from fastdense.keras import names_of_modules

__version__ = "3.15.1"  # whose defaults and formulas these are
version = __version__
names_of_modules.serve("fastdense.keras", __name__)

_MODULES = (
    "activations", "backend", "callbacks", "constraints", "datasets", "initializers", "layers",
    "losses", "metrics", "models", "ops", "optimizers", "preprocessing", "regularizers", "saving",
    "utils", "wrappers",
)  # fmt: skip
_HOMES = {
    "Input": "layers", "Layer": "layers", "Model": "models", "Sequential": "models",
    "Loss": "losses", "Metric": "metrics", "Optimizer": "optimizers", "Variable": "variables",
    "Initializer": "initializers", "Regularizer": "regularizers", "KerasTensor": "tensors",
    "StallMonitor": "monitor",
}  # fmt: skip
__all__ = [*_MODULES, *_HOMES]


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name in (
        "applications",
        "random",
        "export",
        "quantizers",
        "distribution",
        "estimator",
    ):
        from fastdense.keras.refused import refused

        return refused(f"keras.{name}", "nothing of it is served")
    raise AttributeError(f"module 'keras' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])


def load_ipython_extension(ipython):
    """`%load_ext fastdense.keras`: a notebook's imports of Keras and TensorFlow are served."""
    names_of_modules.take_over()
