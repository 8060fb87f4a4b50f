"""Parquet, by pyarrow: typed columns, of which a reader loads only those it wants."""

import itertools
import json

import pyarrow
from pyarrow.parquet import ParquetWriter

KINDS = {bool: pyarrow.bool_(), int: pyarrow.int64(), float: pyarrow.float64()}


def write(file, tables):
    """Write tables into a file of bytes."""
    tables = iter(tables)
    first = next(tables)
    schema = pyarrow.schema([(name, _kind(first, name)) for name in first])
    with ParquetWriter(file, schema) as writer:
        for table in itertools.chain([first], tables):
            columns = [_column(table, field) for field in schema]
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))


def _kind(table, name):
    """The type of a column; an axis of unlike values, or of lists, is one of JSON texts."""
    if name == "curve_epochs":
        return pyarrow.list_(pyarrow.int64())
    if name == "curve_loss":
        return pyarrow.list_(pyarrow.float32())
    for axis in table.axes:
        if axis.path == name:
            kinds = {type(value) for value in axis.values}
            kind = float if kinds == {int, float} else next(iter(kinds)) if len(kinds) == 1 else str
            return KINDS.get(kind, pyarrow.string())
    return pyarrow.string() if name == "outcome" else pyarrow.from_numpy_dtype(table[name].dtype)


def _column(table, field):
    values = table.plain(field.name)
    if field.type == pyarrow.string():
        values = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
    elif field.type == pyarrow.float64():
        values = [float(v) for v in values]
    return pyarrow.array(values, field.type)
