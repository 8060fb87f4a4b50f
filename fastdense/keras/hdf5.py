"""Weights of layers as Keras keeps them in HDF5 files; h5py is asked for where they are.

Keras 3 has a group `layers/NAME/vars` for each layer, NAME being its class in snake case and
counted, with the arrays `0`, `1`, ...; Keras 1 and 2, and files of a whole model, have a group for
each layer by its own name, whose attribute `weight_names` says where its arrays stand.
"""

import json

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


def read_weights(model, found):
    """Let a model have the weights of some contents, of either kind."""
    arrays, attributes = found
    for group in ("model_weights", ""):
        if "layer_names" in attributes.get(group, {}):
            _read_by_names(model, arrays, attributes, f"{group}/" if group else "")
            return
    _read_by_classes(model, arrays, "")


def _read_by_classes(model, arrays, group):
    for name, layer in _named(model.layers):
        place = f"{group}layers/{name}/"
        if _is_model(layer):
            _read_by_classes(layer, arrays, place)
        else:
            count = len(layer.current())
            _fill(layer, [arrays.get(f"{place}vars/{number}") for number in range(count)])


def _missing(layer):
    kind = type(layer).__name__
    return FastdenseError(f"the file has no weights of the layer {layer.name!r}, a {kind}")


def _fill(layer, found):
    """Let a layer have some arrays."""
    if any(one is None for one in found):
        raise _missing(layer)
    if found:
        layer.set_weights(found)


def _read_by_names(model, arrays, attributes, group):
    """From the groups of layers by their names, or one after the other where names differ."""
    own = {}
    for name in attributes[group.rstrip("/")]["layer_names"]:
        places = attributes.get(f"{group}{name}", {}).get("weight_names", [])
        own[name] = [arrays.get(f"{group}{name}/{place}") for place in places]
    holders = [layer for layer in model.flat() if layer.current()]
    having = [each for each in own.values() if each]
    if all(layer.name in own for layer in holders):
        having = [own[layer.name] for layer in holders]
    elif len(having) != len(holders):
        raise FastdenseError(
            f"the file has weights of {len(having)} layers, and the model {len(holders)} with some"
        )
    for layer, each in zip(holders, having, strict=True):
        if len(each) != len(layer.current()):
            raise _missing(layer)
        _fill(layer, each)


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


def whole(found, path):
    """What the contents of a file say of a model, and how it was compiled (or None)."""
    about = found[1].get("", {})
    if "model_config" not in about:
        raise FastdenseError(f"{path} holds weights alone; make the model, and call load_weights")
    trained = about.get("training_config")
    return json.loads(about["model_config"]), None if trained is None else json.loads(trained)
