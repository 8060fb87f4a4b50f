"""The matrix product of all three directions of a dense layer: register tiles over the output."""

from functools import cache

from numba import njit, types

from fastdense.kernels.pointers import offset
from fastdense.kernels.simd import ACCUMULATE, make_tile, vector_length

NUMPY = {"error_model": "numpy", "nogil": True}
DEPTH = 256  # k is cut into pieces whose panel of B stays in the first-level cache


@cache
def product_for(kind):
    """`product(a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias)` for float32 or float64.

    C (m, n) = start + A (m, k) B (k, n); strides in elements, k >= 1. The rows of B must be
    readable up to a multiple of the vector width; of C only n columns are written.
    """
    width = vector_length(kind.bitwidth)
    t82, t42, t22, t12 = (make_tile(kind, rows, 2, False, width) for rows in (8, 4, 2, 1))
    t81, t41, t21, t11 = (make_tile(kind, rows, 1, False, width) for rows in (8, 4, 2, 1))
    p81, p41, p21, p11 = (make_tile(kind, rows, 1, True, width) for rows in (8, 4, 2, 1))

    @njit(inline="never", **NUMPY)
    def panel(a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias):
        # One or two vectors of columns, or the masked rest, down all rows.
        i = 0
        while i < m:
            rest = m - i
            ai = offset(a, i * sam)
            ci = offset(c, i * ldc)
            bi = offset(bias, i)
            if n == 2 * width:
                if rest >= 8:
                    t82(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
                elif rest >= 4:
                    t42(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
                elif rest >= 2:
                    t22(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
                else:
                    t12(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
            elif n == width:
                if rest >= 8:
                    t81(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
                elif rest >= 4:
                    t41(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
                elif rest >= 2:
                    t21(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
                else:
                    t11(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, 0)
            elif rest >= 8:
                p81(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, n)
            elif rest >= 4:
                p41(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, n)
            elif rest >= 2:
                p21(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, n)
            else:
                p11(k, ai, sam, sak, b, ldb, ci, ldc, start, bi, n)
            i += 8 if rest >= 8 else (4 if rest >= 4 else (2 if rest >= 2 else 1))

    @njit(inline="never", **NUMPY)
    def product(a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias):
        done = 0
        while done < k:
            depth = min(DEPTH, k - done)
            ak = offset(a, done * sak)
            bk = offset(b, done * ldb)
            begin = start if done == 0 else ACCUMULATE
            j = 0
            while j < n:
                rest = n - j
                take = 2 * width if rest >= 2 * width else (width if rest >= width else rest)
                panel(
                    ak, sam, sak, offset(bk, j), ldb, offset(c, j), ldc, m, take, depth, begin, bias
                )
                j += take
            done += depth

    return product


FLOATS = {"float32": types.float32, "float64": types.float64}
