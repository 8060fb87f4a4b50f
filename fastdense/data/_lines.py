"""The records of a CSV file, with the lines that they begin on."""

import csv
import io
import json

from fastdense.data._advice import setting
from fastdense.data._encodings import ENCODINGS
from fastdense.data.npz import opened
from fastdense.errors import FastdenseError, shown

MAX_BYTES = 1 << 30
CHOICES = {
    "decimal": [".", ",", "auto"],
    "encoding": [*ENCODINGS, "auto"],
    "text": ["refuse", "encode"],
    "missing": ["refuse", "drop", "mean"],
}


def check_form(hyper):
    """Check what says how the numbers are written."""
    separator, decimal, header = hyper["separator"], hyper["decimal"], hyper["header"]
    one = isinstance(separator, str) and len(separator) == 1 and separator not in '\r\n"'
    if not one and separator != "auto":
        raise FastdenseError(
            f'data.separator is {shown(separator)}; expected one character, or "auto"'
        )
    for key, known in CHOICES.items():
        if hyper[key] not in known:
            listed = " or ".join(map(json.dumps, known))
            raise FastdenseError(f"data.{key} is {shown(hyper[key])}; expected {listed}")
    if decimal == separator == ".":
        raise FastdenseError(
            'data.separator is ".", the decimal point; expected another, or '
            + setting("decimal", ",")
        )
    if decimal == separator != "auto":
        raise FastdenseError(
            'data.decimal is ",", which separates columns; say by what else they are separated, '
            f"such as {setting('separator', ';')}"
        )
    if header != "auto" and not isinstance(header, bool):
        raise FastdenseError(f'data.header is {shown(header)}; expected true, false or "auto"')


def records(hyper, folder):
    """Yields (line, cells) of every record that is not blank; lines are counted from 1."""
    with opened(hyper["file"], folder, MAX_BYTES) as file:
        encoding = ENCODINGS.get(hyper["encoding"], hyper["encoding"])
        reader = csv.reader(
            io.TextIOWrapper(file, encoding, newline=""),
            delimiter=hyper["separator"],
            skipinitialspace=hyper.get("trimmed", False),
        )
        line = 1
        try:
            if hyper.get("directive"):
                next(reader)
                line = reader.line_num + 1
            for cells in reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield line, cells
                line = reader.line_num + 1
        except UnicodeError:
            name = hyper["encoding"].upper()
            raise FastdenseError(
                f"{hyper['file']} is not a CSV file in {name}; save it in UTF-8, or say "
                'encoding = "auto"'
            ) from None
        except csv.Error as error:
            raise FastdenseError(
                f"{hyper['file']} is not a CSV file: {error} on line {reader.line_num}"
            ) from None
