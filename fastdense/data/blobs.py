"""Classes as clouds of points in the plane, labeled 0, 1, 2, ..., some labels wrong if wanted."""

import numpy as np

from fastdense.catalogue import freeze
from fastdense.errors import FastdenseError
from fastdense.numerics.exact import sin
from fastdense.numerics.streams import normal_quantile

SOURCE = (
    "Normal clouds of standard deviation `spread` around points on the unit circle, with as many "
    "rows of each class as its share of `shares` says. Each label is replaced with probability "
    "`noise` by one drawn uniformly, as Zhang et al. (2016), arXiv:1611.03530, corrupt labels."
)
HYPER = {"shares": [0.5, 0.5], "spread": 0.3, "noise": 0.0}
RANGES = {"spread": (0.0, 1e6), "noise": (0.0, 1.0 + 2**-52)}


def make(draw, hyper, count):
    shares = freeze(hyper["shares"])
    if not isinstance(shares, tuple) or not all(
        isinstance(share, (int, float)) and share >= 0 for share in shares
    ):
        raise FastdenseError("data.shares is a list of numbers, none negative: [0.9, 0.1]")
    if not 2 <= len(shares) <= 1000 or abs(sum(shares) - 1) > 1e-9:
        raise FastdenseError("data.shares needs 2 to 1000 shares that add up to 1")
    # The numbers of rows are the shares' to the last row; only points and wrong labels are drawn.
    places = (np.arange(count) + 0.5) / count
    classes = np.searchsorted(np.cumsum(shares)[:-1], places)
    angles = 2 * np.pi * classes / len(shares)
    centers = np.stack([sin(angles + np.pi / 2), sin(angles)], axis=1)
    points = centers + hyper["spread"] * normal_quantile(draw(count, 2))
    wrong = draw(count, 1)[:, 0] < hyper["noise"]
    drawn = np.floor(draw(count, 1)[:, 0] * len(shares))
    return points, np.where(wrong, drawn, classes)
