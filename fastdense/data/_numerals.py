"""Whether numbers of a table have a decimal comma, digits in groups of three, and units."""

import math
import re

from fastdense.data._cells import number

UNITS = *"$€£¥₹%", "EUR", "USD", "GBP", "CHF"  # before a number or behind it
MINUS = "\u2212"  # as web pages write it
SPACES = " \u00a0\u2009\u202f'\u2019"
# Digits in groups, with the decimal sign that the key is.
GROUPED = {
    decimal: re.compile(
        rf"[-+]?[1-9]\d{{0,2}}([{other}{SPACES}])\d{{3}}(?:\1\d{{3}})*(?:[{decimal}]\d*)?", re.ASCII
    )
    for decimal, other in (".,", ",.")
}


def unit(cell):
    """The sign of a currency or of percent before what may be a number, or behind it, or ""."""
    cell = cell.strip().lstrip(f"+-{MINUS}")
    return next((one for one in UNITS if cell.startswith(one) or cell.endswith(one)), "")


def bare(cell):
    """A cell without its unit, with a plain minus: -4,861.52 of -$4,861.52."""
    sign = unit(cell)
    cell = cell.replace(sign, "", 1).strip() if sign else cell
    return cell.replace(MINUS, "-", 1) if cell.startswith(MINUS) else cell


def group_sign(cell, decimal):
    """What stands between groups of three digits of a number, or ""."""
    match = GROUPED[decimal].fullmatch(bare(cell).strip())
    return match[1] if match else ""


def grouped_number(cell, decimal):
    """The number that a cell holds, also one in groups or with a unit; NaN if there is none."""
    cell = bare(cell)
    sign = group_sign(cell, decimal)
    return number(cell.replace(sign, "") if sign else cell, decimal)


def decimal_of(cells, separator):
    """The decimal sign of a table, "." or ",", by the cells that are numbers with one of them only.

    Where there is none of these, 1,234 is a decimal comma if columns are separated by semicolons,
    as spreadsheets write where commas are decimal.
    """
    points = commas = unclear = 0
    for cell in cells:
        if "," not in cell and "." not in cell:
            continue
        with_point, with_comma = (not math.isnan(grouped_number(cell, sign)) for sign in ".,")
        points += with_point and not with_comma
        commas += with_comma and not with_point
        unclear += with_point and with_comma and "," in cell
    if commas or points:
        return "," if commas > points else "."
    return "," if unclear and separator == ";" else "."
