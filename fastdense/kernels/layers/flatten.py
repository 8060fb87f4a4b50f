"""Flattening: the rows are the same, so there is nothing to do."""

from numba import types

from fastdense.kernels.records import TABLE


def forward(kind):
    """`(table, index, arena, columns, place)`."""

    def forward(table, index, arena, columns, place):
        pass

    return forward, types.void(TABLE, types.int64, types.CPointer(kind), types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`."""

    def backward(table, index, arena, delta, below, columns):
        pass

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)
