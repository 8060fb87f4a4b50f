"""Categorical cross-entropy fused with softmax: from logits, targets as distributions."""

import numpy as np

from fastdense.losses.categorical_crossentropy import constant  # noqa: F401
from fastdense.maths import exp, log

SOURCE = "PyTorch `CrossEntropyLoss`; Keras `categorical_crossentropy` (from_logits=True)."
TARGETS = "distribution"
PREDICTIONS = "logit"


def columns(p, y, loss, slope, hyper, columns):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    outputs = p.shape[0]
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
            mass += y[o, b]
            picked += y[o, b] * shifted
        loss[b] = mass * log(total) - picked
        for o in range(outputs):
            slope[o, b] = slope[o, b] / total * mass - y[o, b]


def spec(p, y, hyper):
    shifted = p - p.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    mass = y.sum(axis=1, keepdims=True)
    loss = mass[:, 0] * np.log(total[:, 0]) - (y * shifted).sum(axis=1)
    return loss, e / total * mass - y
