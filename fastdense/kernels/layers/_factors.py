"""The way back through layers that keep, in their own rows, what each output was multiplied by."""

from numba import types

from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.records import TABLE, work_reader


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: the delta becomes that of the inputs."""
    read = work_reader(kind, False)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        width = columns * record(work.plan, 0).lanes
        factors = offset(arena, layer.slope_row * stride)
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                delta[i] *= factors[i]

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)
