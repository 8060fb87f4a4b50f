"""A CSV file of numbers, or with words in some columns, with or without a header line."""

import itertools

from fastdense.arrays.chunks import first_not_finite
from fastdense.data import _dialect
from fastdense.data._columns import choose
from fastdense.data._headers import SAMPLE_ROWS
from fastdense.data._lines import check_form, records
from fastdense.data._mending import mended
from fastdense.data._reading import beyond_float32, numbers_of
from fastdense.data._separators import hint
from fastdense.dataset import Data
from fastdense.errors import FastdenseError

SOURCE = "A file. `targets` names the target columns, or their number counted from the last."
HYPER = {
    "file": None, "targets": 1, "drop": [], "header": "auto", "separator": ",", "decimal": ".",
    "encoding": "utf-8", "text": "refuse", "missing": "refuse",
}  # fmt: skip


def load(hyper, folder):
    check_form(hyper)
    form, seen = _dialect.resolved(hyper, folder)
    first = next(records(form, folder), None)
    if first is None:
        raise FastdenseError(f"{hyper['file']} is empty; expected rows of numbers")
    below = ()
    if hyper["text"] == "encode":
        below = [cells for _, cells in itertools.islice(records(form, folder), 1, SAMPLE_ROWS)]
    columns = choose(form, first, lambda: hint(form, folder), below)
    table = numbers_of(form, folder, columns)
    if not len(table):
        raise FastdenseError(f"{hyper['file']} has a header but no rows")
    if first_not_finite(table) is not None:
        return mended(hyper, form, seen, folder, columns, table)
    inputs = table[:, [columns.kept.index(place) for place in columns.inputs]]
    targets = table[:, [columns.kept.index(place) for place in columns.targets]]
    notes = *_dialect.note(hyper, form), *columns.notes(form, inputs)
    rows = Data(inputs, targets, notes=notes)
    object.__setattr__(rows, "beyond", beyond_float32(form, folder, columns, table))
    return rows
