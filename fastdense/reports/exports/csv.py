"""Comma-separated values: a line of names, then a line for each run."""

import csv
import io
import json

from fastdense.sweeps.table import CURVE


def write(file, tables):
    """Write tables into a file of bytes."""
    begun = False
    for table in tables:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not begun:
            writer.writerow(table)
            begun = True
        # As `repr` writes them, floats are the shortest that come back, or nan, inf, -inf.
        writer.writerows(zip(*(_column(table, name) for name in table), strict=True))
        file.write(text.getvalue().encode())


def _column(table, name):
    if name in CURVE:
        return [" ".join(map(repr, curve)) for curve in table.plain(name)]
    for axis, places in zip(table.axes, table.places, strict=True):
        if axis.path == name:
            texts = [_text(value) for value in axis.values]
            return [texts[place] for place in places.tolist()]
    return table.plain(name)


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
