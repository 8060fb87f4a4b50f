"""Means over windows, and their way back: twins of the layers that average."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers._pool import reduce_for, spread_for
from fastdense.kernels.layers._windows import read_windows, within
from fastdense.kernels.records import TABLE, work_reader


@cache
def _divide_for(kind):
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def divide(g, numbers, stride, width):
        # Each window's numbers by how many places of it lie within the image.
        for h in range(g.down):
            for w in range(g.across):
                i0, i1, j0, j1 = within(g, h, w)
                count = cast((i1 - i0) * (j1 - j0))
                first = (h * g.across + w) * g.channels
                for row in range(first, first + g.channels):
                    for i in range(row * stride, row * stride + width):
                        numbers[i] /= count

    return divide


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read, divide = work_reader(kind, False), _divide_for(kind)

    def first(x, total, place, width, tap):
        for i in range(width):
            total[i] = x[i]

    def following(x, total, place, width, tap):
        for i in range(width):
            total[i] += x[i]

    reduce = reduce_for(first, following)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        out, width = offset(arena, layer.output_row * stride), columns * record(work.plan, 0).lanes
        windows = read_windows(work, layer)
        reduce(windows, offset(arena, layer.input_row * stride), out, out, stride, width)
        divide(windows, out, stride, width)

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to all numbers of each window alike."""
    read, divide = work_reader(kind, False), _divide_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    def add(below, delta, kept, width, tap):
        for i in range(width):
            below[i] += delta[i]

    spread = spread_for(add)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        if not layer.needs_input_gradient:
            return
        width, windows = columns * record(work.plan, 0).lanes, read_windows(work, layer)
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                below[i] = cast(0)
        divide(windows, delta, stride, width)
        spread(windows, below, delta, delta, stride, width)

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)
