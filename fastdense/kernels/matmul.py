"""The matrix product of all three directions of a dense layer: register tiles over the output."""

from functools import cache

from numba import njit, types

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import DEPTH, GROUP, PACK_FROM, PACKED_ROWS
from fastdense.kernels.pointers import offset
from fastdense.kernels.simd import ACCUMULATE, make_move, make_tile, vector_length


@cache
def product_for(kind):
    """`product(a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias, packed)` for float32 or float64.

    C (m, n) = start + A (m, k) B (k, n); strides in elements, k >= 1. The rows of B must be
    readable up to a multiple of the vector width; of C only n columns are written. `packed` is
    scratch of PACKED numbers, used where the rows of a large A are neighbors.
    """
    width = vector_length(kind.bitwidth)
    move = make_move(kind, 8)
    t82, t42, t22, t12 = (make_tile(kind, rows, 2, False, width) for rows in (8, 4, 2, 1))
    t81, t41, t21, t11 = (make_tile(kind, rows, 1, False, width) for rows in (8, 4, 2, 1))
    p81, p41, p21, p11 = (make_tile(kind, rows, 1, True, width) for rows in (8, 4, 2, 1))

    @njit(inline="never", **NUMPY)
    def panel(a, sam, sak, tile, b, ldb, c, ldc, m, n, k, start, bias):
        # One or two vectors of columns, or the masked rest, down all rows; `tile` numbers lie
        # between one group of eight rows of A and the next.
        i = 0
        while i < m:
            rest = m - i
            ai = offset(a, (i >> 3) * tile + (i & 7) * sam)
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
    def pack(a, sak, packed, m, k):
        # Groups of eight rows of A, whose rows are neighbors in memory, as (k, 8) each: read in
        # order, so that every cache line and page is met once.
        whole = m - m % 8
        for kk in range(k):
            source = offset(a, kk * sak)
            target = offset(packed, kk * 8)
            for i in range(0, whole, 8):
                move(offset(source, i), offset(target, (i >> 3) * GROUP))
            for i in range(whole, m):
                target[(whole >> 3) * GROUP + i - whole] = source[i]

    @njit(inline="never", **NUMPY)
    def product(a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias, packed):
        done = 0
        worth_packing = sam == 1 and n > 2 * width and m * k >= PACK_FROM
        while done < k:
            depth = min(DEPTH, k - done)
            ak = offset(a, done * sak)
            bk = offset(b, done * ldb)
            begin = start if done == 0 else ACCUMULATE
            i = 0
            while i < m:
                rows = min(PACKED_ROWS, m - i) if worth_packing else m
                ai, sai, ski, tile = offset(ak, i * sam), sam, sak, 8 * sam
                if worth_packing:
                    pack(ai, sak, packed, rows, depth)
                    ai, sai, ski, tile = packed, 1, 8, GROUP
                ci = offset(c, i * ldc)
                j = 0
                while j < n:
                    rest = n - j
                    take = 2 * width if rest >= 2 * width else (width if rest >= width else rest)
                    panel(
                        ai, sai, ski, tile, offset(bk, j), ldb, offset(ci, j), ldc, rows, take,
                        depth, begin, offset(bias, i),
                    )  # fmt: skip
                    j += take
                i += rows
            done += depth

    return product


FLOATS = {"float32": types.float32, "float64": types.float64}
