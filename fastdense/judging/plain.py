"""The JSON of what was judged: how it begins, and how numbers stand in it."""

import math

from fastdense import __version__

SCHEMA_VERSION = 2  # of docs/json.md: raised when a field changes its meaning or goes away


def heading():
    """The fields by which each such object begins."""
    return {"schema_version": SCHEMA_VERSION, "fastdense_version": __version__}


def number(value):
    """A float as JSON has it: non-finite ones as strings; None stays None."""
    if value is None:
        return None
    value = float(value)
    return value if math.isfinite(value) else str(value)


def numbers(values):
    """Several numbers, such as the ends of an interval, as a list; None stays None."""
    return None if values is None else [number(value) for value in values]
