"""The table of a model's layers, in the form of Keras 3, which draws it with rich, too."""

import math
import re
import shutil

from rich.console import Console
from rich.table import Column, Table

from fastdense.keras.words import only

WIDEST, MARGIN, OF_TRAINABLE = 88, 4, 12  # characters of a table, as in Keras
ENDS = 0.45, 0.80, 1.0  # of the columns, in shares of the width


def summary(
    model, line_length=None, positions=None, expand_nested=False, show_trainable=False,
    layer_range=None,
):  # fmt: skip
    """The text of `Model.summary`, whose parameters these are."""
    only("summary", "positions", positions, None)
    ends = [0.9 * end for end in ENDS] + [1.0] if show_trainable else [*ENDS]
    usual = WIDEST + OF_TRAINABLE * show_trainable
    width = line_length or min(usual, shutil.get_terminal_size().columns - MARGIN)
    stops = [0, *(int(end * width) for end in ends)]
    widths = [after - before for before, after in zip(stops, stops[1:], strict=False)]
    if min(widths) < 4:
        raise ValueError("Insufficient console width to print summary.")
    heads = ["Layer (type)", "Output Shape", "Param #", "Trainable"]
    sides = ["left", "left", "right", "center"]
    table = Table(
        *(
            Column(head, justify=side, width=each)  # type: ignore[arg-type]
            for head, side, each in zip(heads, sides, widths, strict=False)
        ),
        width=width,
        show_lines=True,
    )
    for depth, layer in _shown(_between(model.layers, layer_range), expand_nested):
        table.add_row(*_row(depth, layer)[: len(widths)])
    console = Console(highlight=False, force_terminal=False, color_system=None, markup=False)
    with console.capture() as captured:
        console.print(f'Model: "{model.name}"')
        console.print(table)
        for words, count in _counts(model):
            console.print(f" {words} params: {count:,} ({size(count)})")
    return captured.get()


def _shown(layers, nested, depth=0):
    """Layers with their depth, where asked for with those of the models among them."""
    for layer in layers:
        yield depth, layer
        if nested:
            yield from _shown(getattr(layer, "layers", []), nested, depth + 1)


def _between(layers, named):
    """Those from a name to another one, regular expressions."""
    if named is None:
        return layers
    if len(named) != 2 or not all(isinstance(one, str) for one in named):
        raise ValueError(f"layer_range is {named!r}; expected two names of layers")
    places = [
        [place for place, layer in enumerate(layers) if re.match(one, layer.name)] for one in named
    ]
    if not all(places):
        raise ValueError(
            f"Passed layer_names do not match the layer names in the model. Received: {named}"
        )
    first, last = places
    if min(first) > max(last):
        first, last = last, first
    return layers[min(first) : max(last) + 1]


def _row(depth, layer):
    name = f"{'   ' * depth}└ {layer.name}" if depth else layer.name
    shape = str(layer.output_shape) if layer.built else "?"
    count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    trains = "-" if not (layer.built and layer.weights) else "Y" if layer.trainable else "N"
    return f"{name} ({type(layer).__name__})", shape, count, trains


def _counts(model):
    """Words and numbers of parameters."""
    weights = [one for layer in model.layers if layer.built for one in layer.weights]
    trainable = sum(math.prod(one.shape) for one in weights if one.trainable)
    every = sum(math.prod(one.shape) for one in weights)
    state = model.optimizer.states.get(model) if model.optimizer is not None else None
    slots = 0 if state is None else len(state.slots) * trainable + 2  # the rate, a count of steps
    yield "Total", every + slots
    yield "Trainable", trainable
    yield "Non-trainable", every - trainable
    if slots:
        yield "Optimizer", slots


def size(count, bytes_each=4):
    """Bytes of some weights, in words."""
    number = float(count * bytes_each)
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1024 or unit == "GB":
            return f"{number:.2f} {unit}"
        number /= 1024
    return ""
