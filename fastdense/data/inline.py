"""Rows written out in the table: `x` and `y`."""

import numpy as np

from fastdense.dataset import Data
from fastdense.errors import FastdenseError

SOURCE = "The scenario itself."
HYPER = {"x": None, "y": None}


def load(hyper, folder):
    arrays = []
    for name in ("x", "y"):
        rows = hyper[name]
        if not isinstance(rows, list):
            raise FastdenseError(f"inline data need '{name}', a list of numbers or of rows")
        try:
            arrays.append(np.array(_numbers(rows), dtype=float))
        except (ValueError, TypeError, OverflowError):
            raise FastdenseError(
                f"data.{name} is not a list of numbers or of rows of equal length"
            ) from None
    return Data(*arrays)


def _numbers(given):
    """Lists of numbers as they are; NumPy would also take "1" and true for a number."""
    if isinstance(given, list):
        return [_numbers(inner) for inner in given]
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError
    return given
