"""Models in files: layers as Keras describes them, and numbers beside them, but no code.

A `.keras` file is a zip archive with what Keras puts there and a file of our own, from which a
training goes on to the same bits. Keras reads it if h5py was there when it was written; without
h5py any other file is a safetensors file of our own.
"""

import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.files import safetensors
from fastdense.files.atomic import appearing
from fastdense.keras import hdf5
from fastdense.keras.configured import serialize
from fastdense.keras.hdf5_contents import contents
from fastdense.training import OptimizerState

FORMAT = "fastdense.keras model 1"
OWN = "fastdense.safetensors"
LARGEST = 1 << 30  # bytes of a part of an archive


class Damaged(FastdenseError, ValueError):
    """A file of another model, or of none."""


def _numbered(model):
    """The arrays of a model by name."""
    return {
        f"weights.{number}": np.ascontiguousarray(array, model.floats)
        for number, array in enumerate(model.get_weights())
    }


def _whole(model, include_optimizer):
    """Arrays and description of all of a model."""
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
    return arrays, about


def _described(value):
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "get_config"):
        return serialize(value)
    return getattr(value, "__name__", str(value))


def write(model, path, include_optimizer=True):
    """All of a model."""
    path = os.fspath(path)
    arrays, about = _whole(model, include_optimizer)
    if path.endswith(".keras"):
        _write_archive(model, path, arrays, about)
    elif path.endswith((".h5", ".hdf5")) and hdf5.library():
        compiled = about.get("compiled")
        if compiled:
            own = {"optimizer_config": compiled["optimizer"]}
            own |= {"weighted_metrics": None, "loss_weights": None, "sample_weight_mode": None}
            compiled = {"loss": compiled["loss"], "metrics": compiled["metrics"], **own}
        hdf5.write_whole(model, path, about["model"], compiled)
    else:
        safetensors.write(path, arrays, about)


def _write_archive(model, path, arrays, about):
    compiled = about.get("compiled")
    config = dict(about["model"])
    if compiled:
        config["compile_config"] = {
            "optimizer": compiled["optimizer"], "loss": compiled["loss"],
            "metrics": compiled["metrics"], "loss_weights": None, "weighted_metrics": None,
        }  # fmt: skip
    when = datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    with appearing(Path(path)) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "metadata.json", json.dumps({"keras_version": "3.15.1", "date_saved": when})
        )
        archive.writestr("config.json", json.dumps(config))
        archive.writestr(OWN, b"".join(safetensors.parts(arrays, about)))
        h5py = hdf5.library()
        if h5py is not None:
            weights = io.BytesIO()
            with h5py.File(weights, "w") as group:
                hdf5.write_weights(model, group)
            archive.writestr("model.weights.h5", weights.getvalue())


def write_weights(model, path):
    """The weights alone."""
    path, h5py = os.fspath(path), hdf5.library()
    if path.endswith((".h5", ".hdf5")) and h5py is not None:
        with h5py.File(path, "w") as file:
            hdf5.write_weights(model, file)
    else:
        safetensors.write(path, _numbered(model), {"format": FORMAT})


def _beginning(path):
    """The first bytes of a file."""
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise ValueError(f"File not found: filepath={path}. Please ensure the file exists.")
    with open(path, "rb") as file:
        return file.read(8)


def _part(archive, name, path):
    """One part of an archive."""
    try:
        if archive.getinfo(name).file_size > LARGEST:
            raise FastdenseError(f"{name} in {path} takes more than {LARGEST:,} bytes")
        return archive.read(name)
    except KeyError:
        raise FastdenseError(f"{path} has no {name}; it is no model that Keras saved") from None


def _weights(arrays, path):
    own = [name for name in arrays if name.startswith("weights.")]
    try:
        return [arrays[f"weights.{number}"] for number in range(len(own))]
    except KeyError:
        raise FastdenseError(f"{path} does not hold all weights; it was changed") from None


def read_weights(model, path):
    """Let a model have the weights in a file."""
    beginning = _beginning(path)
    if beginning.startswith(b"PK"):
        model.set_weights(_explained(path, lambda: _of_archive(path, False)).get_weights())
    elif beginning == hdf5.MAGIC:
        _explained(path, lambda: hdf5.read_weights(model, _contents(path)))
    else:
        model.set_weights(_weights(_own(path)[0], path))


def _contents(path):
    return contents(Path(path).read_bytes(), os.fspath(path))


def _own(path):
    return _checked(path, safetensors.read(os.fspath(path)))


def _checked(path, found):
    if found[1].get("format") != FORMAT:
        raise FastdenseError(f"{path} is no model that fastdense.keras saved")
    return found


def read(path, compile=True):
    """The model in a file."""
    beginning = _beginning(path)
    if beginning.startswith(b"PK"):
        return _explained(path, lambda: _of_archive(path, compile))
    if beginning == hdf5.MAGIC:
        return _explained(path, lambda: _of_hdf5(path, compile))
    return _explained(path, lambda: _made(*_own(path), path, compile))


def _explained(path, make):
    """What `make` returns; whatever a changed file leads to is an error that says so."""
    try:
        return make()
    except (FastdenseError, MemoryError):
        raise
    except Exception as error:
        raise Damaged(
            f"{os.fspath(path)} describes no model that can be made here "
            f"({type(error).__name__}: {str(error)[:200]})"
        ) from None


def _of_archive(path, compile):
    with zipfile.ZipFile(os.fspath(path)) as archive:
        if OWN in archive.namelist():
            content = np.frombuffer(_part(archive, OWN, path), np.uint8)
            return _made(*_checked(path, safetensors.parsed(path, content)), path, compile)
        from fastdense.keras import models

        config = json.loads(_part(archive, "config.json", path))
        model = models.model_from_config(config)
        weights = _part(archive, "model.weights.h5", path)
        hdf5.read_weights(model, contents(weights, os.fspath(path)))
        own = config.get("compile_config")
        if compile and own:
            _compile(model, own)
        return model


def _of_hdf5(path, compile):
    from fastdense.keras import models

    found = _contents(path)
    config, trained = hdf5.whole(found, path)
    model = models.model_from_config(config)
    hdf5.read_weights(model, found)
    if compile and trained:
        _compile(model, trained | {"optimizer": trained["optimizer_config"]})
    return model


def _made(arrays, about, path, compile):
    """The model of our own arrays and description."""
    from fastdense.keras import models

    model = models.model_from_config(about["model"])
    model.set_weights(_weights(arrays, path))
    own = about.get("compiled")
    if compile and own:
        _compile(model, own)
        if "steps" in own:
            slots, powers = arrays["optimizer.slots"], arrays["optimizer.powers"]
            model.optimizer.note(model, OptimizerState(slots, powers, int(own["steps"])))
    return model


def _compile(model, own):
    from fastdense.keras import losses, metrics, optimizers

    loss = own["loss"]
    asked = own.get("metrics") or []
    model.compile(
        optimizers.get(own["optimizer"]),
        losses.get(loss) if isinstance(loss, dict) else loss,
        [metrics.get(one) if isinstance(one, dict) else one for one in asked],
    )


def __getattr__(name):
    if name in ("load_model", "save_model"):
        from fastdense.keras import models

        return getattr(models, name)
    raise AttributeError(f"module 'keras.saving' has no attribute {name!r}")


def register_keras_serializable(package="Custom", name=None):
    """A decorator that has nothing to do here."""
    return lambda cls: cls
