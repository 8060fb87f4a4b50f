"""Softmax over the units of a sample."""

import numpy as np

from fastdense.numerics.maths import exp

SOURCE = "Bridle (1990), Probabilistic interpretation of feedforward classification outputs."


def forward(z, a, columns, room):
    # z, a: (outputs, stride).
    outputs, top, total = z.shape[0], room[0], room[1]
    for b in range(columns):
        top[b], total[b] = z[0, b], type(z[0, b])(0)
    for o in range(1, outputs):
        for b in range(columns):
            top[b] = max(top[b], z[o, b])
    for o in range(outputs):
        for b in range(columns):
            e = exp(z[o, b] - top[b])
            a[o, b] = e
            total[b] += e
    for o in range(outputs):
        for b in range(columns):
            a[o, b] = a[o, b] / total[b]


def backward(a, da, dz, columns, room):
    # The Jacobian is diag(a) - a a^T.
    outputs, mean = a.shape[0], room[0]
    for b in range(columns):
        mean[b] = a[0, b] * da[0, b]
    for o in range(1, outputs):
        for b in range(columns):
            mean[b] += a[o, b] * da[o, b]
    for o in range(outputs):
        for b in range(columns):
            dz[o, b] = a[o, b] * (da[o, b] - mean[b])


def spec(z, da):
    e = np.exp(z - z.real.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    return a, a * (da - (a * da).sum(axis=1, keepdims=True))
