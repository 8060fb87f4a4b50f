"""Means over windows, and their way back: twins of the layers that average."""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers._pool import walk_for
from fastdense.kernels.layers._windows import read_windows
from fastdense.kernels.records import TABLE, work_reader


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def first(x, out, kept, width, tap):
        for i in range(width):
            out[i] = x[i]

    @njit(**NUMPY)
    def following(x, out, kept, width, tap):
        for i in range(width):
            out[i] += x[i]

    @njit(**NUMPY)
    def last(out, kept, width, count):
        for i in range(width):
            out[i] /= cast(count)

    walk = walk_for(first, following, last)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        out = offset(arena, layer.output_row * stride)
        walk(
            read_windows(work, layer), offset(arena, layer.input_row * stride), out, out, stride,
            columns * record(work.plan, 0).lanes,
        )  # fmt: skip

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to all numbers of each window alike."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def nothing(below, delta, kept, width, tap):
        pass

    @njit(**NUMPY)
    def share(delta, kept, width, count):
        for i in range(width):
            delta[i] /= cast(count)

    @njit(**NUMPY)
    def add(below, delta, kept, width, tap):
        for i in range(width):
            below[i] += delta[i]

    @njit(**NUMPY)
    def leave(delta, kept, width, count):
        pass

    divide, spread = walk_for(nothing, nothing, share), walk_for(add, add, leave)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        if not layer.needs_input_gradient:
            return
        width, windows = columns * record(work.plan, 0).lanes, read_windows(work, layer)
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                below[i] = cast(0)
        divide(windows, below, delta, delta, stride, width)
        spread(windows, below, delta, delta, stride, width)

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)
