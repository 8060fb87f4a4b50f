"""An activation by itself: its slopes are kept for the way back."""

from numba import types

from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layers._factors import backward  # noqa: F401
from fastdense.kernels.records import TABLE, work_reader


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        width = columns * record(work.plan, 0).lanes
        source = offset(arena, layer.input_row * stride)
        slopes = offset(arena, layer.slope_row * stride)
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                slopes[i] = source[i]
        target = offset(arena, layer.output_row * stride)
        call(layer.value, (slopes, target, layer.n_out, width, stride))

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)
