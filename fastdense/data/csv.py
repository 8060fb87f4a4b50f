"""A CSV file of numbers, with or without a header line."""

import itertools
from array import array
from operator import itemgetter

import numpy as np

from fastdense.arrays.chunks import first_not_finite
from fastdense.data._cells import is_only_pythons, number, with_point
from fastdense.data._columns import choose
from fastdense.data._faults import fault
from fastdense.data._lines import check_form, records
from fastdense.data._separators import hint
from fastdense.dataset import Data
from fastdense.errors import FastdenseError

SOURCE = "A file. `targets` names the target columns, or their number counted from the last."
HYPER = {
    "file": None, "targets": 1, "drop": [], "header": "auto", "separator": ",", "decimal": ".",
}  # fmt: skip


def load(hyper, folder):
    check_form(hyper)
    first = next(records(hyper, folder), None)
    if first is None:
        raise FastdenseError(f"{hyper['file']} is empty; expected rows of numbers")
    columns = choose(hyper, first, lambda: hint(hyper, folder))
    table = _numbers(_rows(hyper, folder, columns), columns, hyper["decimal"])
    if not len(table):
        raise FastdenseError(f"{hyper['file']} has a header but no rows")
    if first_not_finite(table) is not None:
        raise fault(hyper, columns, _rows(hyper, folder, columns), hint(hyper, folder))
    inputs = table[:, [columns.kept.index(place) for place in columns.inputs]]
    targets = table[:, [columns.kept.index(place) for place in columns.targets]]
    rows = Data(inputs, targets, notes=columns.notes(hyper, inputs))
    with np.errstate(over="ignore"):
        beyond = ~np.isfinite(table.astype(np.float32))
    if beyond.any():
        row, column = np.argwhere(beyond)[0]
        line, _ = next(itertools.islice(_rows(hyper, folder, columns), int(row), None))
        where = f"{columns.called(columns.kept[column])} of {hyper['file']} on line {line}"
        object.__setattr__(rows, "beyond", f"{where} holds {table[row, column]:g}")
    return rows


def _rows(hyper, folder, columns):
    """The records below the header."""
    rows = records(hyper, folder)
    if columns.names is not None:
        next(rows)
    return rows


def _numbers(rows, columns, decimal):
    """What is read of some records, (records, columns), with NaN for what is no number."""
    numbers = array("d")
    missing = [np.nan] * len(columns.kept)
    pick = itemgetter(*columns.kept)
    everything = columns.kept == [*range(columns.width)]
    for _, cells in rows:
        if len(cells) != columns.width:
            numbers.extend(missing)
            continue
        if not everything:
            cells = pick(cells)
        if decimal != ".":
            cells = [with_point(cell, decimal) for cell in cells]
        try:
            odd = is_only_pythons("".join(cells))
            values = map(number, cells) if odd else [*map(float, cells)]
        except ValueError:
            values = map(number, cells)
        numbers.extend(values)
    return np.frombuffer(numbers).reshape(-1, len(columns.kept))
