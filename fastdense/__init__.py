"""A training-stall laboratory on a very fast engine for dense networks.

The public names are loaded when they are first used: `import fastdense` imports neither NumPy nor
Numba.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "Network": "network",
    "Dense": "layers.dense",
    "Dropout": "layers.dropout",
    "Activation": "layers.activate",
    "Rescale": "layers.rescale",
    "Conv2D": "layers.conv2d",
    "MaxPool2D": "layers.max_pool2d",
    "AveragePool2D": "layers.average_pool2d",
    "GlobalAveragePool2D": "layers.global_average_pool2d",
    "BatchNormalization": "layers.batch_normalization",
    "LayerNormalization": "layers.layer_normalization",
    "Flatten": "layers.flatten",
    "Recipe": "recipe",
    "Data": "dataset",
    "train": "training",
    "Training": "training",
    "Report": "training",
    "Model": "model",
    "Objective": "objective",
    "Evaluation": "model",
    "train_many": "many",
    "Scaling": "scaling",
    "Thresholds": "outcome",
    "sweep": "sweeps.sweep",
    "diagnose": "diagnosis.diagnose",
    "ProgressBar": "reports.progress",
    "to_tensorboard": "reports.exports.tensorboard",
    "from_torch": "torch.conversion",
    "Converted": "torch.conversion",
    "to_onnx": "onnx",
    "Diagnosis": "diagnosis.answer",
    "Run": "run",
    "Runs": "runs",
    "FastdenseError": "errors",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(f"fastdense.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'fastdense' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_HOMES])
