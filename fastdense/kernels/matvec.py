"""A matrix times a vector, with the lanes over the rows of the matrix."""

from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.matmul import product_for
from fastdense.kernels.pointers import offset
from fastdense.kernels.simd import vector_length
from fastdense.kernels.square import make_gather, make_offsets
from fastdense.kernels.tile import ACCUMULATE

ROWS, DEPTH = 64, 512  # of a matrix that are transposed together: what the scratch has room for


@cache
def matvec_for(kind):
    """`multiply(matrix, apart, vector, target, rows, columns, start, scratch)`.

    target (rows) = start + matrix (rows, columns) vector (columns), rows `apart` numbers from one
    to the next, start ZERO or ACCUMULATE. Each number is one chain over ascending columns, so the
    matrix is transposed on the way, in squares of registers.
    """
    product = product_for(kind)
    square = vector_length(kind.bitwidth)
    gather_whole, gather_part = (make_gather(kind, square, whole) for whole in (True, False))
    offsets_of_square = make_offsets(square)

    @njit(inline="never", **NUMPY)
    def multiply(matrix, apart, vector, target, rows, columns, start, scratch):
        zero, one, width = np.int64(0), np.int64(1), np.int64(ROWS)
        offsets = offsets_of_square()
        for first in range(0, columns, DEPTH):
            depth = min(columns - first, DEPTH)
            begin = start if first == 0 else np.int64(ACCUMULATE)
            for row in range(0, rows, ROWS):
                count = min(rows - row, ROWS)
                for i in range(0, count, square):
                    for r in range(square):
                        offsets[r] = (row + min(i + r, count - 1)) * apart + first
                    for k in range(0, depth, square):
                        source, place = offset(matrix, k), offset(scratch, k * width + i)
                        if count - i >= square and depth - k >= square:
                            gather_whole(source, offsets, square, square, place, width)
                        else:
                            gather_part(
                                source, offsets, min(count - i, square), min(depth - k, square),
                                place, width,
                            )  # fmt: skip
                product(
                    offset(vector, first), zero, one, scratch, width, offset(target, row), one,
                    one, count, depth, begin, vector, scratch, scratch, zero, zero,
                )  # fmt: skip

    return multiply
