"""Rescaling: a factor and an offset for all numbers."""

import numpy as np
from numba import types

from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers._factors import backward  # noqa: F401
from fastdense.kernels.layout import NUMBERS
from fastdense.kernels.records import TABLE, work_reader


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        source = offset(arena, layer.input_row * stride)
        target = offset(arena, layer.output_row * stride)
        slopes = offset(arena, layer.slope_row * stride)
        numbers = offset(work.numbers, index * lanes * NUMBERS)  # the same in all lanes
        factor, added = cast(numbers[0]), cast(numbers[1])
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + columns * lanes):
                slopes[i] = factor
                target[i] = source[i] * factor + added

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)
