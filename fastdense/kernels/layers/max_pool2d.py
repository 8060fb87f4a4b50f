"""The largest number of each window: which place it has is kept for the way back."""

import numpy as np
from numba import types

from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers._pool import reduce_for, spread_for
from fastdense.kernels.layers._windows import read_windows
from fastdense.kernels.records import TABLE, work_reader


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def first(x, most, place, width, tap):
        for i in range(width):
            most[i] = x[i]
            place[i] = cast(tap)

    def following(x, most, place, width, tap):
        own = cast(tap)
        for i in range(width):
            # All is read before it is compared, and `or` and `and` would be jumps: no vectors.
            number, found, at = x[i], most[i], place[i]
            # NaN is larger than all, as in NumPy.
            better = (number > found) | ((number != number) & (found == found))
            most[i] = number if better else found
            place[i] = own if better else at

    reduce = reduce_for(first, following)

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
