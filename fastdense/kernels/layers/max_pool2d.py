"""The largest number of each window: which place it has is kept for the way back."""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers._pool import reduce_for, spread_for
from fastdense.kernels.layers._windows import read_windows
from fastdense.kernels.records import TABLE, work_reader


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def first(x, most, place, width, tap):
        for i in range(width):
            most[i] = x[i]
            place[i] = cast(tap)

    @njit(**NUMPY)
    def following(x, most, place, width, tap):
        for i in range(width):
            # NaN is larger than all, as in NumPy; `or` and `and` would be jumps, and no vectors.
            better = (x[i] > most[i]) | ((x[i] != x[i]) & (most[i] == most[i]))
            most[i] = x[i] if better else most[i]
            place[i] = cast(tap) if better else place[i]

    @njit(**NUMPY)
    def last(most, place, out, kept, width, count):
        for i in range(width):
            out[i] = most[i]
            kept[i] = place[i]

    reduce = reduce_for(kind, first, following, last)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        reduce(
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

    spread = spread_for(add)

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
        spread(read_windows(work, layer), below, delta, kept, stride, width)

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)
