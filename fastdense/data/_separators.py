"""Whether a CSV file would be read with another separator, or with a decimal comma."""

import csv
import math

from fastdense.data._advice import setting
from fastdense.data._cells import number
from fastdense.data._encodings import ENCODINGS
from fastdense.data._lines import MAX_BYTES
from fastdense.data.npz import opened

SEPARATORS = ";\t|, "
SAMPLE_BYTES, SAMPLE_LINES = 1 << 16, 50


def beginning(hyper, folder):
    """The first lines of a file; what cannot be decoded is replaced."""
    encoding = ENCODINGS.get(hyper["encoding"], hyper["encoding"])
    with opened(hyper["file"], folder, MAX_BYTES) as file:
        read = file.read(SAMPLE_BYTES)
    text = read.decode(encoding, "replace")
    return text if len(read) < SAMPLE_BYTES else text.rpartition("\n")[0] or text


def hint(hyper, folder):
    """Settings with which the first lines are rows of numbers, such as `separator = ";"`, or ""."""
    text = beginning(hyper, folder)
    lines = [line for line in text.splitlines()[:SAMPLE_LINES] if line.strip()]
    given = hyper["separator"], hyper["decimal"]
    for separator in (given[0], *SEPARATORS):
        rows = _split(lines, separator)
        if not rows:
            continue
        for decimal in ".,":
            form = separator, decimal
            if separator != decimal and form != given and _are_numbers(rows[1:] or rows, decimal):
                return _settings(form, given)
    for separator in SEPARATORS[:3]:
        if given[0] not in text and _split(lines, separator):
            return _settings((separator, given[1]), given)
    return ""


def _split(lines, separator):
    """The rows of some lines, if these have the same number of cells, at least two."""
    try:
        rows = [*csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return []
    widths = {len(row) for row in rows}
    return rows if len(widths) == 1 and widths.pop() > 1 else []


def _are_numbers(rows, decimal):
    return all(math.isfinite(number(cell, decimal)) for row in rows for cell in row)


def _settings(form, given):
    return " and ".join(
        setting(name, value)
        for name, value, old in zip(("separator", "decimal"), form, given, strict=True)
        if value != old
    )
