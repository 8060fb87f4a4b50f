"""Categorical cross-entropy of probabilities that are renormalized and clipped.

The outputs of a sample are divided by their sum, clipped to [clip, 1 - clip], and then enter
-sum y log q. Softmax as the last activation makes the division a no-op; any other activation is
the fault that Keras hides this way.
"""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.losses.binary_crossentropy_clipped import check  # noqa: F401
from fastdense.numerics.maths import log

SOURCE = (
    "Keras `categorical_crossentropy` (from_logits=False) on JAX and PyTorch; its clip is 1e-7."
)
TARGETS = "distribution"
PREDICTIONS = "distribution"
HYPER = {"clip": 1e-7, "label_smoothing": 0.0}
RANGES = {"clip": (0.0, 0.5), "label_smoothing": (0.0, 1.0)}


def columns(p, y, loss, slope, hyper, columns, room):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    clip, smoothing = hyper
    outputs, total, mean, entropy = p.shape[0], room[0], room[1], room[2]
    T = type(clip)
    keep, spread = T(1) - smoothing, smoothing / T(outputs)
    for b in range(columns):
        total[b], mean[b], entropy[b] = T(0), T(0), T(0)
    for o in range(outputs):
        for b in range(columns):
            total[b] += p[o, b]
    for o in range(outputs):
        for b in range(columns):
            q = p[o, b] / total[b]
            share = y[o, b] * keep + spread
            counts = share != T(0)
            term = share * log(min(max(q, clip), T(1) - clip))
            entropy[b] -= term if counts else T(0)
            inside = counts & (q >= clip) & (q <= T(1) - clip)
            g = -share / q if inside else T(0)
            mean[b] += g * q if inside else T(0)
            slope[o, b] = g
    for o in range(outputs):
        for b in range(columns):
            slope[o, b] = (slope[o, b] - mean[b]) / total[b]
    for b in range(columns):
        loss[b] = entropy[b]


def spec(p, y, hyper):
    clip, smoothing = hyper["clip"], hyper["label_smoothing"]
    y = (1 - smoothing) * y + smoothing / y.shape[1]
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
    smoothing = hyper["label_smoothing"]
    p = (1 - smoothing) * average(lambda y: y, y, weights) + smoothing / y.shape[1]
    p = p[p > 0]
    clip = hyper.get("clip", 0.0)
    return float(-(p * np.log(np.clip(p, clip, 1 - clip))).sum())
