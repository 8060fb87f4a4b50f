"""Categorical cross-entropy of probabilities, renormalized and clipped as Keras does.

The outputs of a sample are divided by their sum, clipped to [clip, 1 - clip], and then enter
-sum y log q. Softmax as the last activation makes the division a no-op; any other activation is
the fault that Keras hides this way.
"""

import numpy as np

from fastdense.blocks import average
from fastdense.losses.binary_crossentropy import check  # noqa: F401
from fastdense.maths import log

SOURCE = "Keras `categorical_crossentropy` (from_logits=False), whose clip is 1e-7."
TARGETS = "distribution"
PREDICTIONS = "distribution"
HYPER = {"clip": 1e-7}
RANGES = {"clip": (0.0, 0.5)}


def columns(p, y, loss, slope, hyper, columns):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    (clip,) = hyper
    outputs = p.shape[0]
    T = type(clip)
    for b in range(columns):
        total = T(0)
        for o in range(outputs):
            total += p[o, b]
        mean = T(0)
        entropy = T(0)
        for o in range(outputs):
            q = p[o, b] / total
            g = T(0)
            if y[o, b] != T(0):
                entropy -= y[o, b] * log(min(max(q, clip), T(1) - clip))
                if q >= clip and q <= T(1) - clip:
                    g = -y[o, b] / q
                    mean += g * q
            slope[o, b] = g
        for o in range(outputs):
            slope[o, b] = (slope[o, b] - mean) / total
        loss[b] = entropy


def spec(p, y, hyper):
    clip = hyper["clip"]
    total = p.sum(axis=1, keepdims=True)
    q = p / total
    clipped = np.clip(q, clip, 1 - clip)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(y != 0, y * np.log(clipped), 0)
        inside = (y != 0) & (q >= clip) & (q <= 1 - clip)
        g = np.where(inside, -y / q, 0)
    return -terms.sum(axis=1), (g - (g * q).sum(axis=1, keepdims=True)) / total


def constant(y, weights, hyper):
    """At the mean target, or as near to it as the clip, if there is one, allows."""
    p = average(lambda y: y, y, weights)
    p = p[p > 0]
    clip = hyper.get("clip", 0.0)
    return float(-(p * np.log(np.clip(p, clip, 1 - clip))).sum())
