"""JSON Lines: an object for each run. Strict, so what is not finite is "nan", "inf" or "-inf"."""

import json
from math import isfinite

from fastdense.sweeps.table import CURVE


def write(file, tables):
    """Write tables into a file of bytes."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    for table in tables:
        names = list(table)
        rows = zip(*(_column(table, name) for name in names), strict=True)
        file.write("".join(f"{encode(dict(zip(names, r, strict=True)))}\n" for r in rows).encode())


def _column(table, name):
    values = table.plain(name)
    if name in CURVE:
        return [[_number(v) for v in curve] for curve in values]
    is_float = any(isinstance(v, float) for v in values)
    return [_number(v) for v in values] if is_float else values


def _number(value):
    return str(value) if isinstance(value, float) and not isfinite(value) else value
