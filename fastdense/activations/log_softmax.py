"""Logarithm of the softmax over the units of a sample."""

import numpy as np

from fastdense.numerics.maths import exp, log

SOURCE = "PyTorch `LogSoftmax`, Keras `log_softmax`; with the loss `nll` it is a classifier."


def forward(z, a, columns):
    # z, a: (outputs, stride).
    outputs = z.shape[0]
    for b in range(columns):
        top = z[0, b]
        for o in range(1, outputs):
            top = max(top, z[o, b])
        total = type(top)(0)
        for o in range(outputs):
            total += exp(z[o, b] - top)
        rest = log(total)
        for o in range(outputs):
            a[o, b] = z[o, b] - top - rest


def backward(a, da, dz, columns):
    # The Jacobian is 1 - 1 exp(a)^T.
    outputs = a.shape[0]
    for b in range(columns):
        total = da[0, b]
        for o in range(1, outputs):
            total += da[o, b]
        for o in range(outputs):
            dz[o, b] = da[o, b] - exp(a[o, b]) * total


def spec(z, da):
    shifted = z - z.real.max(axis=1, keepdims=True)
    a = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return a, da - np.exp(a) * da.sum(axis=1, keepdims=True)
