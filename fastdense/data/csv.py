"""A CSV file of numbers, with or without a header line."""

import csv

import numpy as np

from fastdense.data.npz import opened
from fastdense.errors import FastdenseError, unknown

SOURCE = "A file. `targets` names the target columns, or their number counted from the last."
HYPER = {"file": None, "targets": 1, "separator": ","}
MOST_BYTES = 1 << 30


def load(hyper, folder):
    with opened(hyper["file"], folder, MOST_BYTES) as file:
        text = file.read()
    separator = hyper["separator"]
    if not isinstance(separator, str) or len(separator) != 1 or separator in '\r\n"':
        raise FastdenseError(f"data.separator is {separator!r:.80}; expected one character")
    try:
        lines = list(csv.reader(text.decode("utf-8-sig").splitlines(), delimiter=separator))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FastdenseError(f"{hyper['file']} is not a CSV file: {error}") from None
    lines = [(number, line) for number, line in enumerate(lines, start=1) if line]
    if not lines:
        raise FastdenseError(f"{hyper['file']} is empty; expected rows of numbers")
    first = lines[0][1]
    width = len(first)
    header = None if all(map(_is_number, first)) else [name.strip() for name in first]
    rows = []
    for number, line in lines[1:] if header else lines:
        if len(line) != width:
            raise FastdenseError(
                f"{hyper['file']}, line {number} has {len(line)} columns; expected {width}"
            )
        try:
            rows.append([float(cell) for cell in line])
        except ValueError:
            wrong = next(cell for cell in line if not _is_number(cell))
            raise FastdenseError(
                f"{hyper['file']}, line {number} holds {wrong!r:.80}; expected numbers"
            ) from None
    if not rows:
        raise FastdenseError(f"{hyper['file']} has a header but no rows")
    table = np.array(rows)
    chosen = _columns(hyper["targets"], header, width)
    rest = [i for i in range(width) if i not in chosen]
    if not rest:
        raise FastdenseError("every column is a target; leave at least one as input")
    return table[:, rest], table[:, chosen]


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _columns(targets, header, width):
    if isinstance(targets, int) and not isinstance(targets, bool):
        if not 1 <= targets < width:
            raise FastdenseError(
                f"data.targets is {targets}; expected 1 to {width - 1} of {width} columns"
            )
        return list(range(width - targets, width))
    names = [targets] if isinstance(targets, str) else targets
    if not isinstance(names, list) or not names or header is None:
        raise FastdenseError(
            "data.targets is a number of columns, or the names of columns of a file with a header"
        )
    for name in names:
        if name not in header:
            raise unknown("column", name, header)
        if header.count(name) > 1:
            raise FastdenseError(f"there are {header.count(name)} columns {name!r:.80}; rename one")
    return [header.index(name) for name in names]
