"""A matrix times a vector, with the lanes over the rows of the matrix."""

from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.linalg.transpose_multiply import make_times


@cache
def matvec_for(kind):
    """`multiply(matrix, row_stride, vector, target, rows, columns)`.

    target (rows) = matrix (rows, columns) vector (columns), rows `row_stride` numbers apart. Each
    number is one chain over ascending columns, so the matrix is transposed on the way, in squares
    of registers. All rows go on by one square before any goes on by the next, for one chain
    alone would wait for itself.
    """
    square = vector_length(kind.bitwidth)
    times_whole, times_part = (make_times(kind, square, whole) for whole in (True, False))

    @njit(inline="never", **NUMPY)
    def multiply(matrix, row_stride, vector, target, rows, columns):
        one = np.int64(1)
        for row in range(rows):
            target[row] = 0
        for k in range(0, columns, square):
            factors, depth = offset(vector, k), min(columns - k, square)
            for i in range(0, rows, square):
                count = min(rows - i, square)
                source, sums = offset(matrix, i * row_stride + k), offset(target, i)
                if count == square and depth == square:
                    times_whole(source, source, row_stride, count, depth, factors, one, sums)
                else:
                    times_part(source, source, row_stride, count, depth, factors, one, sums)

    return multiply
