"""Layers, one file each; and how a scenario writes them, one by one or all hidden ones at once."""

from dataclasses import fields

from fastdense import catalogue
from fastdense.checks import whole
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.layers.dense import Dense
from fastdense.layers.dropout import Dropout

MAX_LAYERS = 10_000  # of a scenario's network
# Keys of a table that describes all hidden layers.
HIDDEN = "hidden", "depth", "activation", "output", "weights", "bias", "dropout", "outputs"


def kinds():
    """The classes of all layers."""
    return [catalogue.get("layers", name).layer for name in catalogue.names("layers")]


def penalties_of(layer, array, recipe):
    """l1 and l2 of an array of a layer's `Parameters`, with those of a recipe."""
    if array.penalized:
        return recipe.l1 + layer.l1, recipe.l2 + layer.l2
    if not array.trained:
        return 0.0, 0.0
    return getattr(layer, "bias_l1", 0.0), getattr(layer, "bias_l2", 0.0)


def varied_numbers():
    """What may differ between networks side by side, by the name that `train_many` gives it."""
    return {kind.varied.name: kind.varied for kind in kinds() if kind.varied}


def read(table):
    """The layer that a table describes, which has the name of its kind as a key."""
    names = catalogue.names("layers")
    name = next((n for n in names if n in table), None) if isinstance(table, dict) else None
    if name is None and isinstance(table, dict) and len(table) == 1:
        raise unknown("kind of layer", *table, names)
    if name is None:
        raise FastdenseError(
            f"{shown(table)} is not a layer; expected a table with one of {', '.join(names)}"
        )
    kind = catalogue.get("layers", name).layer
    rest = {key: value for key, value in table.items() if key != name}
    first = kind.positional()[:1]
    known = name, *(field.name for field in fields(kind) if field not in first)
    for key in rest:
        if key not in known:
            raise unknown(f"key of a {name} layer", key, known)
    for field in kind.required()[1:]:
        if field.name not in rest:
            raise FastdenseError(f"a {name} layer needs {field.name} beside {name}")
    if first:
        return kind(table[name], **rest)
    if table[name] is not True:
        raise FastdenseError(f"{name} is {shown(table[name])}; it has nothing to set, so give true")
    return kind()


def plain(widths, activation="relu", output="identity", **initializers):
    """Dense layers of some widths, the last one with the activation `output`."""
    names = [activation] * (len(widths) - 1) + [output]
    return [Dense(n, name, **initializers) for n, name in zip(widths, names, strict=True)]


def plain_arguments(stack):
    """The keywords with which `plain` makes some layers, those beside its usual ones; or None."""
    if not all(isinstance(layer, Dense) for layer in stack):
        return None
    first, last = stack[0], stack[-1]
    given = {"activation": first.activation if len(stack) > 1 else "relu"}
    given |= {"output": last.activation, "weights": last.weights, "bias": last.bias}
    if list(stack) != plain([layer.units for layer in stack], **given):
        return None
    usual = {"activation": "relu", "output": "identity"}
    usual |= {"weights": Dense(1).weights, "bias": Dense(1).bias}
    return {name: value for name, value in given.items() if value != usual[name]}


def hidden(table, outputs):
    """The layers of a table that describes all hidden ones, by keys of `HIDDEN`."""
    widths = table.get("hidden", [])
    if isinstance(widths, int):
        widths = [widths]
    if not isinstance(widths, (list, tuple)):
        raise FastdenseError(f"network.hidden is {shown(widths)}; expected a list of widths")
    depth = whole("network.depth", table.get("depth", 1), 0)
    if depth * len(widths) > MAX_LAYERS:
        raise FastdenseError(
            f"{shown(depth * len(widths))} hidden layers are too many; at most {MAX_LAYERS}"
        )
    widths = [*widths] * depth
    given = {name: table[name] for name in ("activation", "output", "weights", "bias")
             if name in table}  # fmt: skip
    dropout = Dropout(table.get("dropout", 0.0))
    outputs = table.get("outputs", outputs)
    if outputs is None:
        raise FastdenseError("network.outputs is missing; give the width of the last layer")
    *below, last = plain([*widths, outputs], **given)
    between = [dropout] if dropout.rate > 0 else []
    return [layer for dense in below for layer in (dense, *between)] + [last]
