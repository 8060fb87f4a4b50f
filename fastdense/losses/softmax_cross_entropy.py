"""Categorical cross-entropy fused with softmax: from logits, targets as distributions."""

import numpy as np

from fastdense.losses.categorical_crossentropy_clipped import constant  # noqa: F401
from fastdense.numerics.maths import exp, log

SOURCE = "PyTorch `CrossEntropyLoss`; Keras `categorical_crossentropy` (from_logits=True)."
TARGETS = "distribution"
PREDICTIONS = "logit"
HYPER = {"label_smoothing": 0.0}
RANGES = {"label_smoothing": (0.0, 1.0)}


def columns(p, y, loss, slope, hyper, columns):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    (smoothing,) = hyper
    outputs = p.shape[0]
    keep, spread = type(smoothing)(1) - smoothing, smoothing / type(smoothing)(outputs)
    for b in range(columns):
        top = p[0, b]
        for o in range(1, outputs):
            top = max(top, p[o, b])
        T = type(top)
        total = T(0)
        mass = T(0)
        picked = T(0)
        for o in range(outputs):
            shifted = p[o, b] - top
            e = exp(shifted)
            slope[o, b] = e
            total += e
            share = y[o, b] * keep + spread
            mass += share
            picked += share * shifted
        loss[b] = mass * log(total) - picked
        for o in range(outputs):
            slope[o, b] = slope[o, b] / total * mass - (y[o, b] * keep + spread)


def spec(p, y, hyper):
    smoothing = hyper["label_smoothing"]
    y = (1 - smoothing) * y + smoothing / y.shape[1]
    shifted = p - p.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    mass = y.sum(axis=1, keepdims=True)
    loss = mass[:, 0] * np.log(total[:, 0]) - (y * shifted).sum(axis=1)
    return loss, e / total * mass - y
