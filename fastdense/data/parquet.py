"""A Parquet file, whose columns are taken as those of a CSV file are."""

import importlib.util
import tempfile
from pathlib import Path

from fastdense.data import csv
from fastdense.data.npz import opened
from fastdense.errors import FastdenseError

SOURCE = (
    "A file, read by pyarrow (`fastdense[parquet]`): numbers, true and false, words, dates, and "
    "what is missing. Lists and records are refused by name."
)
HYPER = {"file": None, "targets": 1, "drop": [], "text": "refuse", "missing": "refuse"}
MAX_BYTES = 1 << 30
INDEX = "__index_level_"  # columns of this name are the index of a data frame


def load(hyper, folder):
    if importlib.util.find_spec("pyarrow") is None:
        raise FastdenseError(
            "Parquet needs pyarrow, which is not installed; run python -m pip install "
            "'fastdense[parquet]'"
        )
    import pyarrow.csv

    with opened(hyper["file"], folder, MAX_BYTES) as file:
        table = _columns(file, hyper["file"], hyper["drop"])
    with tempfile.TemporaryDirectory() as place:
        name = Path(hyper["file"]).name
        try:
            pyarrow.csv.write_csv(table, str(Path(place) / name))
        except pyarrow.ArrowException as error:
            raise FastdenseError(f"{name} has a column that is no text: {error}") from None
        return csv.load({**csv.HYPER, **hyper, "file": name, "header": True}, Path(place))


def _columns(file, name, drop):
    """The table in a file, without the index of a data frame, and with nothing in what is dropped.

    Names may be there twice, so columns go by their places.
    """
    import pyarrow
    from pyarrow import parquet, types

    try:
        stored = parquet.ParquetFile(file)
        about = stored.metadata
        size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
        if size > MAX_BYTES:
            raise FastdenseError(
                f"{name} holds {size >> 20} MB; expected at most {MAX_BYTES >> 20}"
            )
        table = stored.read()
    except (pyarrow.ArrowException, OSError) as error:
        raise FastdenseError(f"{name} is not a Parquet file: {error}") from None
    if not table.num_columns or not table.num_rows:
        raise FastdenseError(f"{name} is empty; expected rows of numbers")
    names = table.column_names
    table = table.select([i for i, one in enumerate(names) if not one.startswith(INDEX)])
    for place, field in enumerate(table.schema):
        column = None
        if types.is_nested(field.type):
            if not isinstance(drop, (list, tuple)) or field.name not in drop:
                raise FastdenseError(
                    f"column {field.name!r:.60} of {name} holds {field.type}; expected numbers or "
                    "words, so leave it out by its name in drop, or split it before"
                )
            column = pyarrow.nulls(table.num_rows)
        elif types.is_dictionary(field.type):
            column = table.column(place).cast(field.type.value_type)
        if column is not None:
            table = table.set_column(place, field.name, column)
    return table
