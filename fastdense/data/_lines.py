"""The records of a CSV file, with the lines that they begin on."""

import csv
import io

from fastdense.data.npz import opened
from fastdense.errors import FastdenseError, shown

MAX_BYTES = 1 << 30


def check_form(hyper):
    """Check what says how the numbers are written."""
    separator, decimal, header = hyper["separator"], hyper["decimal"], hyper["header"]
    if not isinstance(separator, str) or len(separator) != 1 or separator in '\r\n"':
        raise FastdenseError(f"data.separator is {shown(separator)}; expected one character")
    if decimal not in (".", ","):
        raise FastdenseError(f'data.decimal is {shown(decimal)}; expected "." or ","')
    if decimal == separator == ".":
        raise FastdenseError(
            'data.separator is ".", the decimal point; expected another, or decimal = ","'
        )
    if decimal == separator:
        raise FastdenseError(
            'data.decimal is ",", which separates columns; say by what else they are separated, '
            'such as separator = ";"'
        )
    if header != "auto" and not isinstance(header, bool):
        raise FastdenseError(f'data.header is {shown(header)}; expected true, false or "auto"')


def records(hyper, folder):
    """Yields (line, cells) of every record that is not blank; lines are counted from 1."""
    with opened(hyper["file"], folder, MAX_BYTES) as file:
        reader = csv.reader(
            io.TextIOWrapper(file, "utf-8-sig", newline=""), delimiter=hyper["separator"]
        )
        line = 1
        try:
            for cells in reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield line, cells
                line = reader.line_num + 1
        except UnicodeDecodeError:
            raise FastdenseError(
                f"{hyper['file']} is not a CSV file in UTF-8; save it in that encoding"
            ) from None
        except csv.Error as error:
            raise FastdenseError(
                f"{hyper['file']} is not a CSV file: {error} on line {reader.line_num}"
            ) from None
