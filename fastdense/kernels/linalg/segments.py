"""Matrix products in segments, as kernels of their own that layers call by address.

    C[m, n] = start[m, n] + sum over segments s, in each over ascending k, of A[s, m, k] B[s, k, n]

A table says where each segment begins in A and in B: pairs of offsets. A tile of C stays in
registers from the first segment to the last, and nothing is copied. Both products take the same
arguments, `(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes, count, table)`: strides
in numbers, columns of C `lanes` apart.
"""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset
from fastdense.kernels.compile.vectors import register_bytes, vector_length
from fastdense.kernels.layout import group_of
from fastdense.kernels.linalg import lane_gemm, tile
from fastdense.kernels.linalg.lane_gemm import LINE, SIDE, side

SHAPES = tuple((rows, vectors) for rows in range(1, 9) for vectors in (1, 2))


def _signature(kind):
    pointer, whole = types.CPointer(kind), types.int64
    return types.void(
        pointer, whole, whole, pointer, whole, whole, pointer, whole, whole, whole, whole, whole,
        pointer, whole, whole, types.CPointer(whole),
    )  # fmt: skip


def product(kind):
    """Of one network, whose columns are neighbors: `sbn` and `lanes` are 1, of biases by row.

    The rows of B must be readable up to a whole vector.
    """
    width = vector_length(kind.bitwidth)
    multiply = tile.make_tile(kind, SHAPES, width, segmented=True)

    @njit(**NUMPY)
    def rows_of(rest):
        # What eight do not divide ends in two tiles of four or more.
        return 8 if rest >= 16 else (rest if rest <= 8 else (rest + 1) >> 1)

    def product(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes, count, table):
        j = 0
        while j < n:
            rest = n - j
            take = 2 * width if rest >= 2 * width else min(rest, width)
            vectors = 2 if take > width else 1
            bj, cj = offset(b, j), offset(c, j)
            i = 0
            while i < m:
                rows = rows_of(m - i)
                multiply(
                    rows, vectors, k, offset(a, i * sam), sam, sak, bj, sbk, offset(cj, i * scm),
                    scm, start, offset(bias, i), take, count, table,
                )  # fmt: skip
                i += rows
            j += take

    return product, _signature(kind)


def pack_product(kind):
    """Of a pack."""
    width = min(register_bytes() * 8 // kind.bitwidth, group_of(kind))
    multiply = lane_gemm.make_tile(kind, width, segmented=True)

    def pack_product(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes, count, table):
        high = np.int64(LINE if n == 1 else SIDE)
        wide = np.int64(LINE if m == 1 else SIDE)
        i = np.int64(0)
        while i < m:
            rows = side(m - i, high)
            ai, ci, bias_i = offset(a, i * sam), offset(c, i * scm), offset(bias, i * lanes)
            j = np.int64(0)
            while j < n:
                columns = side(n - j, wide)
                multiply(
                    rows, columns, k, ai, sam, sak, offset(b, j * sbn), sbn, sbk,
                    offset(ci, j * lanes), scm, start, bias_i, lanes, count, table,
                )  # fmt: skip
                j += columns
            i += rows

    return pack_product, _signature(kind)
