"""What is in the columns of a table that are not numbers throughout, and what becomes of them."""

import math
import re
from array import array
from dataclasses import dataclass, field

import numpy as np

from fastdense.data._cells import is_missing
from fastdense.data._numerals import grouped_number

FEW = 20  # words of a column that become columns of their own
MAX_CLASSES = 1000  # words of a target
NUMBERS, FEW_WORDS, MANY_WORDS, DATES, NOTHING = "numbers", "few", "many", "dates", "nothing"
MISSING, UNCODED = -1, -2
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?(?:Z|[-+]\d{2}:?\d{2})?"
DATE = re.compile(
    rf"(?:(?:\d{{1,4}}([-/.])\d{{1,2}}\1\d{{1,4}}|\d{{1,2}}[ -]{MONTH}[ -]\d{{2,4}}|"
    rf"{MONTH} \d{{1,2}},? \d{{2,4}})(?:[T ] ?{TIME})?|{TIME})",
    re.ASCII | re.IGNORECASE,
)


@dataclass
class Words:
    """What one column holds.

    Attributes
    ----------
    missing : int
        Cells with nothing in them.
    strange : int
        Cells that are neither a number nor missing.
    odd : dict of str to None
        Some of these, each once.
    known : dict of str to int
        What its cells hold, each once, with a code; not all of them if these are many.
    codes : array of int
        Of every row: one of `known`, `MISSING`, or `UNCODED` if there are too many.
    """

    missing: int = 0
    strange: int = 0
    odd: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)
    codes: array = field(default_factory=lambda: array("i"))

    def add(self, cell, is_number):
        cell = cell.strip()
        if not is_number and is_missing(cell):
            self.missing += 1
            self.codes.append(MISSING)
            return
        if not is_number:
            self.strange += 1
            if len(self.odd) <= MAX_CLASSES:
                self.odd[cell] = None
        if len(self.known) <= MAX_CLASSES:
            self.known.setdefault(cell, len(self.known))
        self.codes.append(self.known.get(cell, UNCODED))

    def kind(self, is_target):
        """One of `NUMBERS`, where most cells are, `FEW_WORDS`, `MANY_WORDS`, `DATES`, `NOTHING`."""
        filled = len(self.codes) - self.missing
        if not filled:
            return NOTHING
        if self.strange * 2 < filled or _most(self.odd, _is_numeral):
            return NUMBERS
        if _most(self.odd, DATE.fullmatch):
            return DATES
        count, repeated = len(self.known), len(self.known) * 2 <= filled
        if is_target:
            few = count <= FEW or (count <= MAX_CLASSES and repeated)
        else:
            few = count <= FEW and repeated
        return FEW_WORDS if few else MANY_WORDS


def _most(cells, has):
    return sum(bool(has(cell)) for cell in cells) * 2 > len(cells)


def _is_numeral(cell):
    """Whether a cell is a number as somebody writes them."""
    return any(not math.isnan(grouped_number(cell, decimal)) for decimal in ".,")


def survey(columns, rows, table):
    """The `Words` of every column with a cell that is no finite number, by place.

    None if a row has another width than the first.
    """
    places = [
        (place, column)
        for column, place in enumerate(columns.kept)
        if not np.isfinite(table[:, column]).all()
    ]
    found = {place: Words() for place, _ in places}
    numbers = ~np.isnan(table)
    for (_, cells), is_number in zip(rows, numbers, strict=True):
        if len(cells) != columns.width:
            return None
        for place, column in places:
            found[place].add(cells[place], is_number[column])
    return found
