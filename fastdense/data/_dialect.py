"""How a CSV file is written, where a setting is "auto": encoding, separator, decimal sign."""

import csv
import io
import math
import re
from collections import Counter

from fastdense.data import _encodings
from fastdense.data._lines import MAX_BYTES
from fastdense.data._numerals import decimal_of, group_sign, grouped_number, unit
from fastdense.data._separators import SEPARATORS, beginning
from fastdense.errors import FastdenseError

AUTO = "auto"
SAMPLE_ROWS = 100
PLAIN = {"separator": ",", "decimal": ".", "encoding": "utf-8"}
SEP = re.compile(r'"?sep=([^\s"])"?\r?\n', re.IGNORECASE)  # a first line for spreadsheets
NAMES = {"\t": "tabs", " ": "spaces"}
GROUPS = {".": "points", ",": "commas", "'": "apostrophes", "\u2019": "apostrophes"}


def resolved(hyper, folder):
    """The settings of a file with all found that is "auto", and the cells that were looked at.

    Parameters
    ----------
    hyper : dict
    folder : path

    Returns
    -------
    settings : dict
        The same with a separator, a decimal sign and an encoding. `grouped` says that numbers may
        have digits in groups, `trimmed` that spaces before a cell are none of it, `directive` that
        the first line only says what separates columns.
    cells : list of str
        Of the first rows.
    """
    found = {**hyper}
    if found["encoding"] == AUTO:
        found["encoding"] = _encodings.found(found["file"], folder, MAX_BYTES)
    if AUTO not in (found["separator"], found["decimal"]):
        return found, []
    text = beginning(found, folder)
    if "\0" in text:
        raise FastdenseError(
            f"{hyper['file']} is not a CSV file: it holds zero bytes; save the table as text"
        )
    stated = SEP.match(text)
    if found["separator"] == AUTO and stated:
        found |= {"separator": stated[1], "directive": True}
        text = text[stated.end() :]
    elif found["separator"] == AUTO:
        found["separator"] = _separator(text, found["decimal"])
    found["trimmed"] = hyper["separator"] == AUTO
    cells = [cell for row in _rows(text, found["separator"]) for cell in row]
    if found["decimal"] == AUTO:
        found["decimal"] = decimal_of(cells, found["separator"])
    return found, cells


def note(hyper, found, group="", units=()):
    """A sentence about what was found and is not plain, in a tuple; or an empty tuple."""
    new = {key for key in PLAIN if hyper[key] == AUTO and found[key] != PLAIN[key]}
    parts = []
    if "separator" in new:
        sign = found["separator"]
        parts.append(f"{NAMES.get(sign, repr(sign))} between columns")
    if "decimal" in new:
        parts.append("a decimal comma")
    if group:
        parts.append(f"{GROUPS.get(group, 'spaces')} between thousands")
    if units:
        parts.append(f"{' and '.join(units)} at numbers left off")
    if "encoding" in new:
        parts.append(f"the encoding {found['encoding']}")
    if not parts:
        return ()
    *before, last = parts
    listed = f"{', '.join(before)} and {last}" if before else last
    return (f"{hyper['file']} is read with {listed}",)


def _rows(text, separator):
    """The first rows of a text."""
    rows = []
    try:
        for row in csv.reader(
            io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True
        ):
            if len(row) > 1 or (row and row[0].strip()):
                rows.append(row)
            if len(rows) == SAMPLE_ROWS:
                break
    except csv.Error:
        return []
    return rows


def _separator(text, decimal):
    """What splits the most rows into the same number of cells that are cells by themselves."""
    best, chosen = (0.0, 0.0), ","
    for separator in (",", *SEPARATORS):
        if separator == decimal or (separator == " " and best[0]):
            continue
        rows = _rows(text, separator)
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
        if width < 2:
            continue
        signs = decimal if decimal != AUTO else decimal_of(sum(rows, []), separator)
        cells = [cell for row in rows if len(row) == width for cell in row]
        texts = [cell for cell in cells if math.isnan(grouped_number(cell, signs))]
        split = len(cells) - sum(_is_unsplit(cell, separator) for cell in texts)
        score = count / len(rows) * split / len(cells), 1 - len(texts) / len(cells)
        if score > best:
            best, chosen = score, separator
    return chosen


def _is_unsplit(cell, separator):
    """Whether a cell holds another separator; a comma before a space belongs to a text."""
    return any(
        sign in (cell.replace(", ", " ") if sign == "," else cell)
        for sign in ",;\t|"
        if sign != separator
    )


def groups_in(cells, decimal):
    """What stands between thousands in some cells, or ""."""
    signs = Counter(sign for cell in cells if (sign := group_sign(cell, decimal)))
    return signs.most_common(1)[0][0] if signs else ""


def units_in(cells):
    """Signs of currencies and percent in some cells that are numbers, in order."""
    return sorted({sign for cell in cells if (sign := unit(cell))})
