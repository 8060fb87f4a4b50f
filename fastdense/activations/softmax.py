"""Softmax over the units of a sample."""

import numpy as np

from fastdense.numerics.maths import exp

SOURCE = "Bridle (1990), Probabilistic interpretation of feedforward classification outputs."


def forward(z, a, columns):
    # z, a: (outputs, stride).
    outputs = z.shape[0]
    for b in range(columns):
        top = z[0, b]
        for o in range(1, outputs):
            top = max(top, z[o, b])
        total = type(top)(0)
        for o in range(outputs):
            e = exp(z[o, b] - top)
            a[o, b] = e
            total += e
        for o in range(outputs):
            a[o, b] = a[o, b] / total


def backward(a, da, dz, columns):
    # The Jacobian is diag(a) - a a^T.
    outputs = a.shape[0]
    for b in range(columns):
        mean = a[0, b] * da[0, b]
        for o in range(1, outputs):
            mean += a[o, b] * da[o, b]
        for o in range(outputs):
            dz[o, b] = a[o, b] * (da[o, b] - mean)


def spec(z, da):
    e = np.exp(z - z.real.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    return a, a * (da - (a * da).sum(axis=1, keepdims=True))
