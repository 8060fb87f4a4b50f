"""The numbers of a CSV file whose form and columns are known."""

import itertools
from array import array
from functools import partial
from operator import itemgetter

import numpy as np

from fastdense.data._cells import is_only_pythons, number, with_point
from fastdense.data._lines import records
from fastdense.data._numerals import grouped_number


def below_header(form, folder, columns):
    """The records below the header."""
    rows = records(form, folder)
    if columns.names is not None:
        next(rows)
    return rows


def numbers_of(form, folder, columns):
    """What is read of the records, (records, columns), with NaN for what is no number."""
    numbers = array("d")
    missing = [np.nan] * len(columns.kept)
    pick = itemgetter(*columns.kept)
    everything = columns.kept == [*range(columns.width)]
    decimal = form["decimal"]
    read = partial(grouped_number if form.get("grouped") else number, decimal=decimal)
    for _, cells in below_header(form, folder, columns):
        if len(cells) != columns.width:
            numbers.extend(missing)
            continue
        if not everything:
            cells = pick(cells)
        texts = cells if decimal == "." else [with_point(cell, decimal) for cell in cells]
        try:
            odd = is_only_pythons("".join(texts))
            values = map(read, cells) if odd else [*map(float, texts)]
        except ValueError:
            values = map(read, cells)
        numbers.extend(values)
    return np.frombuffer(numbers).reshape(-1, len(columns.kept))


def beyond_float32(form, folder, columns, table, rows=None):
    """Which cell float32 cannot hold, in words, or ""; `rows` are those of the file."""
    with np.errstate(over="ignore"):
        beyond = ~np.isfinite(table.astype(np.float32))
    if not beyond.any():
        return ""
    row, column = np.argwhere(beyond)[0]
    before = int(row if rows is None else rows[row])
    line, _ = next(itertools.islice(below_header(form, folder, columns), before, None))
    where = f"{columns.called(columns.kept[column])} of {form['file']} on line {line}"
    return f"{where} holds {table[row, column]:g}"
