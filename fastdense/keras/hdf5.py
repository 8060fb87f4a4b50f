"""Weights of layers as Keras keeps them in HDF5 files; h5py is asked for where they are.

Keras 3 has a group `layers/NAME/vars` for each layer, NAME being its class in snake case and
counted, with the arrays `0`, `1`, ...; Keras 1 and 2, and files of a whole model, have a group for
each layer by its own name, whose attribute `weight_names` says where its arrays stand.
"""

import json
import os

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.keras.names import snake

MAGIC = b"\x89HDF\r\n\x1a\n"


def library():
    """h5py, or None."""
    try:
        import h5py
    except ImportError:
        return None
    return h5py


def opened(file, mode="r"):
    """A file that is open, from a path or a file object.

    Raises
    ------
    FastdenseError
        h5py is not installed, or this is no such file.
    """
    h5py = library()
    name = getattr(file, "name", file)
    if h5py is None:
        raise FastdenseError(
            f"{name} is an HDF5 file, which h5py reads: pip install 'fastdense[keras]'"
        )
    try:
        return h5py.File(file, mode)
    except (OSError, ValueError, RuntimeError) as error:
        raise FastdenseError(f"{name} is no HDF5 file that can be read: {error}") from None


def _named(layers):
    """Layers with the names of their groups."""
    counts = {}
    for layer in layers:
        base = snake(type(layer).__name__)
        number = counts[base] = counts.get(base, -1) + 1
        yield f"{base}_{number}" if number else base, layer


def _is_model(layer):
    return hasattr(layer, "flat")


def write_weights(model, group):
    """Write the weights of a model as Keras 3 does."""
    for name, layer in _named(model.layers):
        own = group.create_group(f"layers/{name}")
        if _is_model(layer):
            write_weights(layer, own)
            continue
        variables = own.create_group("vars")
        variables.attrs["name"] = layer.name
        for number, array in enumerate(layer.get_weights()):
            variables.create_dataset(str(number), data=array)
    if "vars" not in group:
        group.create_group("vars").attrs["name"] = model.name


def read_weights(model, group):
    """Let a model have the weights in a group, of either kind."""
    if "model_weights" in group:
        group = group["model_weights"]
    if "layer_names" in group.attrs:
        _read_by_names(model, group)
        return
    for name, layer in _named(model.layers):
        place = group.get(f"layers/{name}")
        if _is_model(layer):
            if place is None:
                raise _missing(layer)
            read_weights(layer, place)
        elif layer.current():
            if place is None or "vars" not in place:
                raise _missing(layer)
            found = place["vars"]
            _fill(layer, [found.get(str(number)) for number in range(len(layer.current()))])


def _missing(layer):
    return FastdenseError(
        f"the file has no weights of the layer {layer.name!r}, a {type(layer).__name__}"
    )


def _fill(layer, found):
    """Let a layer have some arrays."""
    if any(one is None for one in found) or any(len(one.shape) > 4 for one in found):
        raise _missing(layer)
    layer.set_weights([np.asarray(one) for one in found])


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _read_by_names(model, group):
    """From the groups of layers by their names, or one after the other where names differ."""
    names = [_text(name) for name in group.attrs["layer_names"]]
    arrays = {
        name: [group[name][_text(place)] for place in group[name].attrs.get("weight_names", ())]
        for name in names
    }
    holders = [layer for layer in model.flat() if layer.current()]
    if all(layer.name in arrays for layer in holders):
        for layer in holders:
            _fill(layer, arrays[layer.name])
        return
    having = [own for own in arrays.values() if own]
    if len(having) != len(holders):
        raise FastdenseError(
            f"the file has weights of {len(having)} layers, and the model {len(holders)} with some"
        )
    for layer, own in zip(holders, having, strict=True):
        if len(own) != len(layer.current()):
            raise _missing(layer)
        _fill(layer, own)


def write_whole(model, path, described, compiled):
    """Write a whole model as Keras 2 does."""
    h5py = library()
    with h5py.File(path, "w") as file:
        file.attrs["backend"], file.attrs["keras_version"] = "tensorflow", "3.15.1"
        file.attrs["model_config"] = json.dumps(described)
        if compiled is not None:
            file.attrs["training_config"] = json.dumps(compiled)
        group = file.create_group("model_weights")
        group.attrs["backend"], group.attrs["keras_version"] = "tensorflow", "3.15.1"
        layers = model.flat()
        group.attrs["layer_names"] = [layer.name for layer in layers]
        for layer in layers:
            own = group.create_group(layer.name)
            names = [f"{layer.name}/{one.name}" for one in layer.weights]
            own.attrs["weight_names"] = names or np.zeros(0)
            for name, array in zip(names, layer.get_weights(), strict=True):
                own.create_dataset(name, data=array)


def whole(path):
    """What a file of a whole model says of it, and how it was compiled (or None)."""
    with opened(os.fspath(path)) as file:
        if "model_config" not in file.attrs:
            raise FastdenseError(
                f"{path} holds weights alone; make the model, and call load_weights"
            )
        config = json.loads(_text(file.attrs["model_config"]))
        trained = file.attrs.get("training_config")
        return config, None if trained is None else json.loads(_text(trained))
