"""Whether the first line of a table with text in it holds names, by the lines below it."""

import math

from fastdense.data._cells import is_missing, is_name
from fastdense.data._numerals import grouped_number

SAMPLE_ROWS = 100  # below the first line


def is_header(cells, below, drop, decimal):
    """True or False; None if it cannot be told.

    Parameters
    ----------
    cells : list of str
        The first line.
    below : list of list of str
        Some lines after it.
    drop : list
        Numbers of columns, from 1 on, that are not looked at.
    decimal : str
    """
    columns = [
        (cell, [row[place].strip() for row in below if place < len(row)])
        for place, cell in enumerate(cells)
        if place + 1 not in drop
    ]
    words = [(cell, under) for cell, under in columns if is_name(cell, decimal)]
    if any(cell in under for cell, under in words):
        return False  # a word that is a cell of its own column is no name of it
    if any(_is_measured(cell, decimal) for cell, _ in columns):
        return False
    if len(words) + sum(cell == "" for cell, _ in columns) < len(columns):
        return None
    return True if any(_differs(under, decimal) for _, under in words) else None


def _is_measured(cell, decimal):
    """Whether a cell is a number that would hardly be a name, as a year may be."""
    return not cell.isdigit() and not math.isnan(grouped_number(cell, decimal))


def _differs(under, decimal):
    """Whether cells are of another kind than a name above them: numbers, or words that repeat."""
    filled = [cell for cell in under if not is_missing(cell)]
    numbers = sum(not math.isnan(grouped_number(cell, decimal)) for cell in filled)
    return bool(filled) and (numbers * 2 > len(filled) or len(set(filled)) * 2 <= len(filled))
