"""Binary cross-entropy of probabilities that are clipped to [clip, 1 - clip], whatever made them.

Outside the clip the derivative is zero, as automatic differentiation has it: an output that is
saturated and wrong stays so for ever, a plateau that some published losses sit on.
"""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import log, log1p

SOURCE = "Keras `binary_crossentropy` (from_logits=False) on JAX and PyTorch; its clip is 1e-7."
TARGETS = "unit"
PREDICTIONS = "probability"
HYPER = {"clip": 1e-7, "label_smoothing": 0.0}
RANGES = {"clip": (0.0, 0.5), "label_smoothing": (0.0, 1.0)}


def value(p, y, hyper):
    clip, smoothing = hyper
    T = type(p)
    y = y * (T(1) - smoothing) + T(0.5) * smoothing
    q = min(max(p, clip), T(1) - clip)
    # A weight of zero must not meet log(0).
    one = -y * log(q) if y > T(0) else T(0) * q
    zero = -(T(1) - y) * log1p(-q) if y < T(1) else T(0) * q
    return one + zero


def slope(p, y, hyper):
    clip, smoothing = hyper
    T = type(p)
    y = y * (T(1) - smoothing) + T(0.5) * smoothing
    outside = (p < clip) or (p > T(1) - clip)
    # As in `value`: where the target leaves no weight, a division by zero must not count.
    one = y / p if y > T(0) else T(0)
    zero = (T(1) - y) / (T(1) - p) if y < T(1) else T(0)
    return T(0) if outside else zero - one


def spec(p, y, hyper):
    clip, smoothing = hyper["clip"], hyper["label_smoothing"]
    y = (1 - smoothing) * y + smoothing / 2
    q = np.clip(p, clip, 1 - clip)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = -(np.where(y > 0, y * np.log(q), 0) + np.where(y < 1, (1 - y) * np.log1p(-q), 0))
        inside = (p >= clip) & (p <= 1 - clip)
        gradient = np.where(y < 1, (1 - y) / (1 - p), 0) - np.where(y > 0, y / p, 0)
        gradient = np.where(inside, gradient, 0.0)
    return loss.mean(axis=1), gradient / y.shape[1]


def constant(y, weights, hyper):
    """At the mean target, or as near to it as the clip allows."""
    mean = average(lambda y: y, y, weights)[np.newaxis]
    smoothing = hyper["label_smoothing"]
    return float(spec((1 - smoothing) * mean + smoothing / 2, mean, hyper)[0][0])


def check(hyper, dtype):
    if hyper["clip"] > 0 and dtype.type(1) - dtype.type(hyper["clip"]) == 1:
        return (
            f"a clip of {hyper['clip']:g} does nothing in {dtype}, where 1 - clip rounds to 1; "
            f"use at least {np.finfo(dtype).epsneg:.0e}, or dtype float64"
        )
    return None
