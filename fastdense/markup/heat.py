"""A heat map: a grid of numbers as colors, each told when it is hovered over."""

import math

import numpy as np

from fastdense.markup.element import element, joined, place
from fastdense.markup.panel import LINE, WIDTH, fitted, image, width_of

STEPS = 9  # colors, each a class
NAME = 110  # pixels of a name beside or below the grid, at most
TALL, SHORT = 34, 16  # pixels of a cell, at most and at least
SMALLEST = 20  # pixels of a cell on which a number is written


def shade(value, low, high, log=False):
    """The step of a number between two others, 0 to `STEPS` - 1."""
    if log:
        value, low, high = (math.log(max(one, 5e-324)) for one in (value, low, high))
    part = (value - low) / (high - low) if high > low else 0.5
    return min(max(int(part * STEPS), 0), STEPS - 1)


def heat(label, shades, told, columns, rows, x_label, y_label, inside=None):
    """A picture of a grid, its first row below.

    Parameters
    ----------
    label : str
        What a screen reader says.
    shades : sequence of sequence of int or None, (rows, columns)
        Steps of color; None where there is nothing.
    told : same of str
        What is told of a cell.
    columns, rows : sequence of str
        Names along it.
    x_label, y_label : str
    inside : same as `told`, optional
        What is written on the cells, if they are large enough.
    """
    rows_named = [fitted(name, NAME) for name in rows]
    columns_named = [fitted(name, NAME) for name in columns]
    left = LINE + 10 + max(map(width_of, rows_named))
    wide = (WIDTH - left - 8) / len(columns)
    tall = min(max(wide * 0.8, SHORT), TALL)
    widest = max(map(width_of, columns_named))
    turned = widest + 4 > wide and not _is_short(columns_named, wide, len(columns))
    step = max(1, math.ceil((LINE if turned else widest + 8) / wide))
    bottom = 4 + tall * len(rows)
    deep = widest if turned else 11
    height = bottom + deep + LINE + 13
    parts = []
    for row, name in enumerate(rows_named):
        middle = bottom - tall * (row + 0.5)
        parts.append(
            element("text", name, class_="fd-tick", x=left - 5, y=middle + 3.5, text_anchor="end")
        )
        for column in range(len(columns)):
            cell = {"x": left + wide * column, "y": middle - tall / 2}
            parts.append(_cell(shades[row][column], told[row][column], wide, tall, cell))
            words = inside[row][column] if inside else ""
            if words and wide >= max(SMALLEST, width_of(words) + 2) and tall >= SHORT:
                kind = f"fd-inside fd-on{shades[row][column]}"
                at = {"x": cell["x"] + wide / 2, "y": middle + 3.5, "text_anchor": "middle"}
                parts.append(element("text", words, class_=kind, **at))
    for column in range(0, len(columns), step):
        at = left + wide * (column + 0.5)
        if turned:
            turn = f"rotate(-90 {place(at + 3.5)} {place(bottom + 6)})"
            where = {"x": at + 3.5, "y": bottom + 6.0, "text_anchor": "end", "transform": turn}
        else:
            half = width_of(columns_named[column]) / 2
            at = min(max(at, half + 1), WIDTH - half - 1)
            where = {"x": at, "y": bottom + 14.0, "text_anchor": "middle"}
        parts.append(element("text", columns_named[column], class_="fd-tick", **where))
    middle = 4 + tall * len(rows) / 2
    across = (left + WIDTH - 8) / 2
    parts.append(
        element(
            "text",
            fitted(x_label, WIDTH - 8 - left),
            class_="fd-label",
            x=across,
            y=height - 4,
            text_anchor="middle",
        )
    )
    if y_label:
        parts.append(
            element(
                "text", fitted(y_label, tall * len(rows) + deep), class_="fd-label", x=11, y=middle,
                text_anchor="middle",
                transform=f"rotate(-90 11 {place(middle)})",
            )
        )  # fmt: skip
    return image(label, WIDTH, height, parts)


def _is_short(names, wide, count):
    """Whether some of the names, such as every other number, say where the others are."""
    return count > 8 and max(map(width_of, names)) < 4 * wide


def _cell(step, told, wide, tall, cell):
    kind = "fd-empty" if step is None else f"fd-h{step}"
    size = {"width": wide + 0.3, "height": tall + 0.3}
    return element("rect", element("title", told), class_=kind, **cell, **size)


def key(low, high, middle=""):
    """What the colors mean: the steps between two words."""
    steps = [
        element("rect", class_=f"fd-h{step}", x=14 * step, y=0, width=14.3, height=10)
        for step in range(STEPS)
    ]
    ramp = element(
        "svg", joined(steps), class_="fd-ramp", view_box=f"0 0 {14 * STEPS} 10", aria_hidden="true"
    )
    words = [
        element("span", low),
        ramp,
        element("span", high),
        element("span", middle) if middle else None,
    ]
    return element("p", words, class_="fd-key")


def finite(values):
    """Least and largest of the finite numbers of an array, or None without any."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else None
