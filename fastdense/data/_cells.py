"""What a cell of a CSV file holds: a number, nothing, or a name."""

import math

TRUTHS = {"true": 1.0, "false": 0.0}
# As data frames and statistics programs write that there is nothing.
MISSING = {"", "na", "n/a", "#na", "#n/a", "<na>", "nan", "-nan", "null", "none", "?", "-", "."}
COMMA = str.maketrans(",.", "._")  # what has a point where the comma is decimal is no number


def with_point(cell, decimal):
    """A cell with the point that Python reads."""
    return cell.translate(COMMA) if decimal == "," else cell


def is_only_pythons(text):
    """Whether a text may be no number though Python reads one: 1_000, or digits beyond ASCII."""
    return "_" in text or not text.strip().isascii()


def number(cell, decimal="."):
    """The number that a cell holds, 1 and 0 for true and false; NaN if there is none."""
    cell = with_point(cell, decimal)
    try:
        return math.nan if is_only_pythons(cell) else float(cell)
    except ValueError:
        return TRUTHS.get(cell.strip().lower(), math.nan)


def quoted(text, most=24):
    """A text between quotes, of a long one the beginning."""
    return repr(text if len(text) <= most else f"{text[: most - 3]}...")


def is_missing(cell):
    """Whether a cell says that there is nothing."""
    return cell.strip().lower() in MISSING


def is_name(cell, decimal="."):
    """Whether a cell could be the name of a column: it has a letter, and is no number."""
    return (
        any(map(str.isalpha, cell)) and not is_missing(cell) and math.isnan(number(cell, decimal))
    )
