"""The table of a model's layers, in the form of Keras 3."""

import math


def size(count, bytes_each=4):
    """Bytes of some weights, in words."""
    number = float(count * bytes_each)
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1024 or unit == "GB":
            return f"{number:.2f} {unit}"
        number /= 1024
    return ""


def _cut(text, width):
    """Text in lines of a width."""
    return [text[i : i + width] for i in range(0, len(text), width)] or [""]


def summary(model, line_length=None):
    """The text."""
    rows = []
    for layer in model.layers:
        shape = layer.output_shape if layer.built else None
        shape = str(shape) if shape is not None else "?"
        count = sum(math.prod(one.shape) for one in layer.weights) if layer.built else None
        counted = f"{count:,}" if count is not None else "0 (unbuilt)"
        rows.append((f"{layer.name} ({type(layer).__name__})", shape, counted))
    widths = 31, 24, 15
    if line_length is not None:
        inner = line_length - 10
        first, second = int(inner * 0.44), int(inner * 0.34)
        widths = tuple(max(width, 6) for width in (first, second, inner - first - second))
    heads = "Layer (type)", "Output Shape", "Param #"

    def line(left, fill, middle, right):
        return left + middle.join(fill * (width + 2) for width in widths) + right

    def told(cells, side):
        cut = [_cut(cell, width) for cell, width in zip(cells, widths, strict=True)]
        high = max(len(one) for one in cut)
        lines = []
        for row in range(high):
            parts = []
            for number, (one, width) in enumerate(zip(cut, widths, strict=True)):
                text = one[row] if row < len(one) else ""
                parts.append(f" {text:>{width}} " if number == 2 else f" {text:<{width}} ")
            lines.append(side + side.join(parts) + side)
        return lines

    lines = [
        f'Model: "{model.name}"',
        line("┏", "━", "┳", "┓"),
        *told(heads, "┃"),
        line("┡", "━", "╇", "┩"),
    ]
    for number, row in enumerate(rows):
        lines += told(row, "│")
        if number + 1 < len(rows):
            lines.append(line("├", "─", "┼", "┤"))
    lines.append(line("└", "─", "┴", "┘"))
    built = [layer for layer in model.layers if layer.built]
    trainable = sum(
        math.prod(one.shape) for layer in built for one in layer.weights if one.trainable
    )
    every = sum(math.prod(one.shape) for layer in built for one in layer.weights)
    slots = 0
    state = model.optimizer.states.get(model) if model.optimizer is not None else None
    if state is not None:
        slots = state.slots.size + 2
    lines.append(f" Total params: {every + slots:,} ({size(every + slots)})")
    lines.append(f" Trainable params: {trainable:,} ({size(trainable)})")
    lines.append(f" Non-trainable params: {every - trainable:,} ({size(every - trainable)})")
    if slots:
        lines.append(f" Optimizer params: {slots:,} ({size(slots)})")
    return "\n".join(lines) + "\n"
