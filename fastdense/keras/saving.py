"""Models in files: layers as Keras describes them, and numbers beside them, but no code."""

import os

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.files import safetensors
from fastdense.keras.configured import serialize
from fastdense.training import OptimizerState

FORMAT = "fastdense.keras model 1"


def _numbered(model):
    """The arrays of a model by name."""
    return {
        f"weights.{number}": np.ascontiguousarray(array, model.floats)
        for number, array in enumerate(model.get_weights())
    }


def write(model, path, include_optimizer=True):
    """All of a model."""
    arrays = _numbered(model)
    about = {"format": FORMAT, "model": serialize(model)}
    if model.compiled:
        about["compiled"] = {
            "loss": _described(model._loss),
            "metrics": [_described(one) for one in model._asked],
            "optimizer": serialize(model.optimizer),
        }
        state = model.optimizer.states.get(model)
        if include_optimizer and state is not None:
            arrays["optimizer.slots"] = np.ascontiguousarray(state.slots)
            arrays["optimizer.powers"] = np.ascontiguousarray(state.powers)
            about["compiled"]["steps"] = int(state.steps)
    safetensors.write(os.fspath(path), arrays, about)


def _described(value):
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "get_config"):
        return serialize(value)
    return getattr(value, "__name__", str(value))


def write_weights(model, path):
    """The weights alone."""
    safetensors.write(os.fspath(path), _numbered(model), {"format": FORMAT})


def _file(path):
    path = os.fspath(path)
    if not os.path.exists(path):
        raise ValueError(f"File not found: filepath={path}. Please ensure the file exists.")
    arrays, about = safetensors.read(path)
    if about.get("format") != FORMAT:
        raise FastdenseError(f"{path} is no model that fastdense.keras saved")
    return arrays, about


def _weights(arrays, path):
    own = [name for name in arrays if name.startswith("weights.")]
    try:
        return [arrays[f"weights.{number}"] for number in range(len(own))]
    except KeyError:
        raise FastdenseError(f"{path} does not hold all weights; it was changed") from None


def read_weights(model, path):
    """Let a model have the weights in a file."""
    arrays, _ = _file(path)
    model.set_weights(_weights(arrays, path))


def read(path, compile=True):
    """The model in a file."""
    from fastdense.keras import losses, metrics, models, optimizers

    arrays, about = _file(path)
    try:
        model = models.model_from_config(about["model"])
        model.set_weights(_weights(arrays, path))
        own = about.get("compiled")
        if compile and own:
            loss = own["loss"]
            model.compile(
                optimizers.get(own["optimizer"]),
                losses.get(loss) if isinstance(loss, dict) else loss,
                [metrics.get(one) if isinstance(one, dict) else one for one in own["metrics"]],
            )
            if "steps" in own:
                slots, powers = arrays["optimizer.slots"], arrays["optimizer.powers"]
                model.optimizer.note(model, OptimizerState(slots, powers, int(own["steps"])))
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise FastdenseError(
            f"{os.fspath(path)} describes no model that can be made here "
            f"({type(error).__name__}: {error}); it was changed"
        ) from None
    return model


def __getattr__(name):
    if name in ("load_model", "save_model"):
        from fastdense.keras import models

        return getattr(models, name)
    raise AttributeError(f"module 'keras.saving' has no attribute {name!r}")


def register_keras_serializable(package="Custom", name=None):
    """A decorator that has nothing to do here."""
    return lambda cls: cls
