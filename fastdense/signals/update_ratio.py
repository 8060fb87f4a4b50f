"""Norm of the epoch's last update over the norm of the parameters before it.

NaN before the first step.
"""

import numpy as np

from fastdense.signals._norm import norm

SOURCE = "Karpathy, CS231n (2015), Ratio of weights:updates."
UNIT = "1"
TAKEN = "update"


def of(sums, counts):
    return np.sqrt(sums.update_squares) / np.sqrt(sums.earlier_squares)


def spec(layer):
    if layer.earlier is None:
        return np.nan
    moved = (now - past for now, past in zip(layer.parameters, layer.earlier, strict=True))
    return norm(*moved) / norm(*layer.earlier)
