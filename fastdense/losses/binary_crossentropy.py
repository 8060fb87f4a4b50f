"""Binary cross-entropy of probabilities, clipped to [clip, 1 - clip] as Keras does.

Outside the clip the derivative is zero, as automatic differentiation has it: a plateau that some
published losses sit on.
"""

import numpy as np

from fastdense.blocks import average
from fastdense.maths import log, log1p

SOURCE = "Keras `binary_crossentropy` (from_logits=False), whose clip is 1e-7."
TARGETS = "unit"
PREDICTIONS = "probability"
HYPER = {"clip": 1e-7}
RANGES = {"clip": (0.0, 0.5)}


def value(p, y, hyper):
    (clip,) = hyper
    T = type(p)
    q = min(max(p, clip), T(1) - clip)
    # A weight of zero must not meet log(0).
    one = -y * log(q) if y > T(0) else T(0) * q
    zero = -(T(1) - y) * log1p(-q) if y < T(1) else T(0) * q
    return one + zero


def slope(p, y, hyper):
    (clip,) = hyper
    T = type(p)
    outside = (p < clip) or (p > T(1) - clip)
    # As in `value`: where the target leaves no weight, a division by zero must not count.
    one = y / p if y > T(0) else T(0)
    zero = (T(1) - y) / (T(1) - p) if y < T(1) else T(0)
    return T(0) if outside else zero - one


def spec(p, y, hyper):
    clip = hyper["clip"]
    q = np.clip(p, clip, 1 - clip)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = -(np.where(y > 0, y * np.log(q), 0) + np.where(y < 1, (1 - y) * np.log1p(-q), 0))
        inside = (p >= clip) & (p <= 1 - clip)
        gradient = np.where(y < 1, (1 - y) / (1 - p), 0) - np.where(y > 0, y / p, 0)
        gradient = np.where(inside, gradient, 0.0)
    return loss.mean(axis=1), gradient / y.shape[1]


def constant(y, weights, hyper):
    """At the mean target, or as near to it as the clip allows."""
    p = average(lambda y: y, y, weights)
    return float(spec(p[np.newaxis], p[np.newaxis], hyper)[0][0])


def check(hyper, dtype):
    if hyper["clip"] > 0 and dtype.type(1) - dtype.type(hyper["clip"]) == 1:
        return (
            f"a clip of {hyper['clip']:g} does nothing in {dtype}, where 1 - clip rounds to 1; "
            f"use at least {np.finfo(dtype).epsneg:.0e}, or dtype float64"
        )
    return None


ALIASES = ("bce", "BCE")
