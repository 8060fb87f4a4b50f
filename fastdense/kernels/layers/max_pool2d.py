"""The largest number of each window: which place it has is kept for the way back."""

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
            kept[i] = cast(tap)

    @njit(**NUMPY)
    def following(x, out, kept, width, tap):
        for i in range(width):
            # NaN is larger than all, as in NumPy.
            better = x[i] > out[i] or (x[i] != x[i] and out[i] == out[i])
            out[i] = x[i] if better else out[i]
            kept[i] = cast(tap) if better else kept[i]

    @njit(**NUMPY)
    def last(out, kept, width, count):
        pass

    walk = walk_for(first, following, last)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        walk(
            read_windows(work, layer), offset(arena, layer.input_row * stride),
            offset(arena, layer.output_row * stride), offset(arena, layer.slope_row * stride),
            stride, columns * record(work.plan, 0).lanes,
        )  # fmt: skip

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to each window's largest number."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def add(below, delta, kept, width, tap):
        for i in range(width):
            below[i] += delta[i] if kept[i] == cast(tap) else cast(0)

    @njit(**NUMPY)
    def last(delta, kept, width, count):
        pass

    walk = walk_for(add, add, last)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        if not layer.needs_input_gradient:
            return
        width = columns * record(work.plan, 0).lanes
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                below[i] = cast(0)
        kept = offset(arena, layer.slope_row * stride)
        walk(read_windows(work, layer), below, delta, kept, stride, width)

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)
