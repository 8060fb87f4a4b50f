"""Categorical cross-entropy fused with softmax: from logits, targets as distributions."""

import numpy as np

from fastdense.losses.categorical_crossentropy_clipped import constant  # noqa: F401
from fastdense.numerics.maths import exp, log

SOURCE = "PyTorch `CrossEntropyLoss`; Keras `categorical_crossentropy` (from_logits=True)."
TARGETS = "distribution"
PREDICTIONS = "logit"
HYPER = {"label_smoothing": 0.0}
RANGES = {"label_smoothing": (0.0, 1.0)}


def columns(p, y, loss, slope, hyper, columns, room):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    (smoothing,) = hyper
    outputs, top, total, mass, picked = p.shape[0], room[0], room[1], room[2], room[3]
    T = type(smoothing)
    keep, spread = T(1) - smoothing, smoothing / T(outputs)
    for b in range(columns):
        top[b], total[b], mass[b], picked[b] = p[0, b], T(0), T(0), T(0)
    for o in range(1, outputs):
        for b in range(columns):
            top[b] = max(top[b], p[o, b])
    for o in range(outputs):
        for b in range(columns):
            shifted = p[o, b] - top[b]
            e = exp(shifted)
            slope[o, b] = e
            total[b] += e
            share = y[o, b] * keep + spread
            mass[b] += share
            picked[b] += share * shifted
    for b in range(columns):
        loss[b] = mass[b] * log(total[b]) - picked[b]
    for o in range(outputs):
        for b in range(columns):
            slope[o, b] = slope[o, b] / total[b] * mass[b] - (y[o, b] * keep + spread)


def spec(p, y, hyper):
    smoothing = hyper["label_smoothing"]
    y = (1 - smoothing) * y + smoothing / y.shape[1]
    shifted = p - p.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    mass = y.sum(axis=1, keepdims=True)
    loss = mass[:, 0] * np.log(total[:, 0]) - (y * shifted).sum(axis=1)
    return loss, e / total * mass - y
