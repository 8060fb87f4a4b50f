"""The given values."""

import numpy as np

from fastdense.errors import FastdenseError

SOURCE = "A start that a claim or a test names."
RANDOM = False
HYPER = {"values": None}


def draw(uniform, fan_in, fan_out, hyper):
    if hyper["values"] is None:
        raise FastdenseError("'explicit' needs 'values', a (nested) list of numbers")
    try:
        values = np.array(hyper["values"], dtype=float)
    except ValueError:
        raise FastdenseError("explicit values are ragged; give rows of equal length") from None
    if values.shape != uniform.shape:
        raise FastdenseError(
            f"explicit values have the shape {values.shape}; this layer needs {uniform.shape}"
        )
    return values
