"""Brings samples from the rows of the data to feature-major columns, and visits them in order."""

from collections import namedtuple

import numpy as np
from numba import njit

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.network import words
from fastdense.random import SHUFFLE as SHUFFLE_PURPOSE

# Pointers to the rows of training or test data; `weights` counts only where `weighted`.
Rows = namedtuple("Rows", "inputs targets weights weighted count")


@njit(**NUMPY)
def gather(rows, width, order, ordered, first, samples, columns, target, stride):
    """Samples `order[first + b]` of `rows` (n, width) into columns b of `target`.

    Without `ordered`, rows `first + b` themselves. Columns from `samples` up to `columns` are
    zero.
    """
    if width == 1:
        for b in range(samples):
            target[b] = rows[order[first + b] if ordered else first + b]
    else:
        for b in range(samples):
            row = (order[first + b] if ordered else first + b) * width
            for i in range(width):
                target[i * stride + b] = rows[row + i]
    if columns > samples:
        for i in range(width):
            for b in range(samples, columns):
                target[i * stride + b] = 0


@njit(**NUMPY)
def gather_labels(labels, classes, order, ordered, first, samples, columns, target, stride):
    """Likewise for class labels, as one-hot columns."""
    for i in range(classes):
        for b in range(columns):
            target[i * stride + b] = 0
    for b in range(samples):
        label = labels[order[first + b] if ordered else first + b]
        target[np.int64(label) * stride + b] = 1


@njit(**NUMPY)
def shuffle(order, count, position, most, epoch, seed):
    """Go on with the permutation of an epoch for at most `most` exchanges; returns the position.

    Position 0 starts it; the exchanges run from the last sample down, and `count` says that it is
    complete. The same permutation as `fastdense.random.permutation`.
    """
    if position == 0:
        for i in range(count):
            order[i] = i
    last = max(count - 1 - position - most, 0)
    zero, purpose = np.int64(0), np.int64(SHUFFLE_PURPOSE)
    block = np.int64(-1)
    four = words(zero, purpose, zero, epoch, seed)
    for i in range(count - 1 - position, last, -1):
        if i >> 2 != block:
            block = i >> 2
            four = words(block, purpose, zero, epoch, seed)
        lane = i & 3
        word = four[0] if lane == 0 else (four[1] if lane == 1 else four[2 + (lane == 3)])
        j = np.int64((word * np.uint64(i + 1)) >> np.uint64(32))
        swapped = order[i]
        order[i] = order[j]
        order[j] = swapped
    return count if last == 0 else count - 1 - last
