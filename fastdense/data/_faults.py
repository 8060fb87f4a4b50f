"""One sentence about all that is wrong in the cells of a CSV file."""

import math
import re
from dataclasses import dataclass, field

from fastdense.data._advice import setting
from fastdense.data._cells import is_missing, number, quoted
from fastdense.data._numerals import grouped_number
from fastdense.errors import FastdenseError

MAX_LINES, MAX_COLUMNS = 10, 10  # in the sentence
MAX_LETTERS = 200  # of it, for the columns
MAX_DROPPED = 80  # letters of the columns that it proposes to leave out
DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+\s*")


@dataclass
class Places:
    """Where something is wrong: on how many lines, the first of them, and what is there."""

    count: int = 0
    lines: list = field(default_factory=list)
    what: str | None = None

    def add(self, line, what):
        self.count += 1
        if len(self.lines) < MAX_LINES:
            self.lines.append(line)
        if self.what is None or (is_missing(self.what) and not is_missing(what)):
            self.what = what

    def listed(self, most):
        """The lines in words, so many of them."""
        kept = ", ".join(map(str, self.lines[:most]))
        more = self.count - min(len(self.lines), most)
        return f"line{'s' * (self.count > 1)} {kept}" + (
            f" and {more} more line{'s' * (more > 1)}" if more else ""
        )


def fault(hyper, columns, rows, hint, words=()):
    """The error that says which lines and columns of a file cannot be read, and what would help.

    Parameters
    ----------
    hyper : dict
    columns : Columns
    rows : iterable of (int, list of str)
        The records, with their lines.
    hint : str
        Settings with which the file could be read better, or "".
    words : collection of int
        Places of columns in which everything is right but nothing.
    """
    count, uneven, faults = 0, Places(), {}
    for line, cells in rows:
        count += 1
        if len(cells) != columns.width:
            uneven.add(line, f"{len(cells)} column{'s' * (len(cells) != 1)}")
            continue
        for place in columns.kept:
            cell = cells[place]
            if not _is_right(hyper, cell, place in words):
                faults.setdefault(place, Places()).add(line, cell.strip())
    wrong = []
    if uneven.count:
        lines = uneven.listed(3 if faults else MAX_LINES)
        wrong.append(f"{uneven.what} instead of {columns.width} on {lines}")
    if faults:
        wrong.append(f"no number on {_in_columns(columns, faults)}")
    advice = f"perhaps with {hint}" if hint else _advice(hyper, columns, faults, count)
    return FastdenseError(f"{hyper['file']} has {', and '.join(wrong)}; {advice}")


def _is_right(hyper, cell, is_word):
    if is_missing(cell):
        return hyper["missing"] != "refuse"
    read = grouped_number if hyper.get("grouped") else number
    return is_word or math.isfinite(read(cell, hyper["decimal"]))


def _in_columns(columns, faults):
    """What is no number, column by column."""
    each = max(MAX_LINES // len(faults), 1)
    parts = []
    for place, found in sorted(faults.items())[:MAX_COLUMNS]:
        what = "nothing" if is_missing(found.what) else quoted(found.what)
        part = f"{found.listed(each)} of {columns.called(place)} ({what})"
        if parts and len(", ".join([*parts, part])) > MAX_LETTERS:
            break
        parts.append(part)
    more = len(faults) - len(parts)
    return ", ".join(parts) + (f", and {more} more columns" if more else "")


def _advice(hyper, columns, faults, rows):
    """What would help, by what is wrong."""
    if not faults:
        return "mend these lines"
    texts = [found.what for found in faults.values() if not is_missing(found.what)]
    if texts and all(map(DECIMAL_COMMA.fullmatch, texts)) and hyper["separator"] != ",":
        return f"numbers with a decimal comma are read with {setting('decimal', ',')}"
    inputs = [place for place in sorted(faults) if place not in columns.targets]
    filled = "fill what is missing, or say "
    encoded = ""
    if hyper["text"] == "refuse" and any(
        not is_missing(found.what) and found.count * 2 > rows for found in faults.values()
    ):
        encoded = f", or say {setting('text', 'encode')}"
    if not inputs:
        return f"give targets as numbers{encoded}" if texts else filled + setting("missing", "drop")
    ways = [f"write text as numbers{encoded}"] if texts else []
    if len(texts) < len(faults):
        ways.append(filled + setting("missing", "drop", "mean"))
    cells = ", ".join(ways)
    often = [place for place in inputs if faults[place].count * 2 > rows] or inputs
    if len(often) == len(columns.inputs):
        return cells
    dropped = setting("drop", [columns.key(place) for place in often])
    if len(dropped) > MAX_DROPPED:
        dropped = f"{setting('drop', [columns.key(often[0])])[:MAX_DROPPED]} and so on"
    return f"{cells}, or leave columns out with {dropped}"
