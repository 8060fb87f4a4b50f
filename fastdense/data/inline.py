"""Rows written out in the table: `x` and `y`."""

import numpy as np

from fastdense.errors import FastdenseError

SOURCE = "The scenario itself."
HYPER = {"x": None, "y": None}


def load(hyper, folder):
    arrays = []
    for name in ("x", "y"):
        if hyper[name] is None:
            raise FastdenseError(f"inline data need '{name}', a list of numbers or of rows")
        try:
            arrays.append(np.array(hyper[name], dtype=float))
        except (ValueError, TypeError):
            raise FastdenseError(
                f"data.{name} is not a list of numbers or of rows of equal length"
            ) from None
    return arrays
