"""Kullback-Leibler divergence of log-probabilities: sum y (log y - p), for a `log_softmax`."""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import log

SOURCE = "Kullback, Leibler (1951); PyTorch `KLDivLoss(reduction='batchmean')`."
TARGETS = "distribution"
PREDICTIONS = "log-distribution"


def columns(p, y, loss, slope, hyper, columns, room):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    T, divergence = type(p[0, 0]), room[0]
    for b in range(columns):
        divergence[b] = T(0)
    for o in range(p.shape[0]):
        for b in range(columns):
            counts = y[o, b] > T(0)
            term = y[o, b] * (log(y[o, b] if counts else T(1)) - p[o, b])
            divergence[b] += term if counts else T(0)
            slope[o, b] = -y[o, b]
    for b in range(columns):
        loss[b] = divergence[b]


def spec(p, y, hyper):
    return (y * (np.log(np.where(y > 0, y, 1)) - p)).sum(axis=1), -y


def constant(y, weights, hyper):
    """At the logarithm of the mean target, the best of all log-probabilities."""
    zero = np.zeros(y.shape[1])
    own = average(lambda y: spec(zero, y, hyper)[0], y, weights)
    mean = average(lambda y: y, y, weights)
    return float(own + (mean * -np.log(np.where(mean > 0, mean / mean.sum(), 1))).sum())
