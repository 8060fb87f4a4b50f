"""Logarithm of the softmax over the units of a sample."""

import numpy as np

from fastdense.numerics.maths import exp, log

SOURCE = "PyTorch `LogSoftmax`, Keras `log_softmax`; with the loss `nll` it is a classifier."


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
            total[b] += exp(z[o, b] - top[b])
    for b in range(columns):
        total[b] = log(total[b])
    for o in range(outputs):
        for b in range(columns):
            a[o, b] = z[o, b] - top[b] - total[b]


def backward(a, da, dz, columns, room):
    # The Jacobian is 1 - 1 exp(a)^T.
    outputs, total = a.shape[0], room[0]
    for b in range(columns):
        total[b] = da[0, b]
    for o in range(1, outputs):
        for b in range(columns):
            total[b] += da[o, b]
    for o in range(outputs):
        for b in range(columns):
            dz[o, b] = da[o, b] - exp(a[o, b]) * total[b]


def spec(z, da):
    shifted = z - z.real.max(axis=1, keepdims=True)
    a = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return a, da - np.exp(a) * da.sum(axis=1, keepdims=True)
