"""The matrix product of all three directions of a dense layer: register tiles over the output."""

from functools import cache

from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import move_eight, offset, own, prefetch
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.layout import DEPTH, GROUP, PACK_FROM, PACKED_ROWS
from fastdense.kernels.linalg.tile import ACCUMULATE, COLUMN_BIAS, make_tile

# Rows and vectors of columns of the tiles: one vector may be a part of one. A single row has many
# chains side by side, for each waits for itself.
SHAPES = (
    *((rows, vectors) for rows in range(1, 9) for vectors in (1, 2)),
    *((16, 1), (17, 1), (1, 4), (1, 16)),
)
PACK_AHEAD = 4  # rows of A that are on their way to the cache while one is copied


@cache
def product_for(kind):
    """`product(a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias, packed, ahead, array_stride,
    arrays)`.

    C (m, n) = start + A (m, k) B (k, n); strides in elements, k >= 1. The rows of B and a bias of
    columns must be readable up to a multiple of the vector width; of C only n columns are written.
    `packed` is scratch of PACKED numbers, used where the rows of a large A are neighbors. What
    stands beside C in `arrays` arrays, `array_stride` numbers from one to the next and the first at
    `ahead`, is fetched into the cache meanwhile.
    """
    width = vector_length(kind.bitwidth)
    tile = make_tile(kind, SHAPES, width)
    line = 512 // kind.bitwidth  # numbers of a cache line

    @njit(**NUMPY)
    def fetch(ahead, array_stride, arrays, rows, ldc, n):
        for array in range(arrays):
            for row in range(rows):
                start = array * array_stride + row * ldc
                for column in range(0, n, line):
                    own(offset(ahead, start + column))

    @njit(inline="never", **NUMPY)
    def panel(
        a,
        sam,
        sak,
        eight,
        b,
        ldb,
        c,
        ldc,
        m,
        n,
        k,
        start,
        bias,
        bias_by_row,
        ahead,
        array_stride,
        arrays,
    ):
        # One or two vectors of columns, the single one masked, down all rows; `eight` numbers lie
        # between one group of eight rows of A and the next. What eight rows do not divide ends in
        # two tiles of four or more, for fewer rows would wait for their chains. A single vector
        # takes sixteen rows together, and seventeen at the end: sixteen inputs and a bias.
        vectors = 2 if n > width else 1
        i = 0
        while i < m:
            rest = m - i
            rows = 8 if rest >= 16 else (rest if rest <= 8 else (rest + 1) >> 1)
            if eight != 8 * sam:
                rows = min(rest, 8)
            elif vectors == 1 and (rest == 16 or rest > 20):
                rows = 16
            elif vectors == 1 and rest == 17:
                rows = 17
            ai = offset(a, (i >> 3) * eight + (i & 7) * sam)
            ci = offset(c, i * ldc)
            bi = offset(bias, i * bias_by_row)
            if arrays > 0:
                fetch(offset(ahead, i * ldc), array_stride, arrays, rows, ldc, n)
            tile(rows, vectors, k, ai, sam, sak, b, ldb, ci, ldc, start, bi, n)
            i += rows

    @njit(inline="never", **NUMPY)
    def pack(a, sak, packed, m, k):
        # Groups of eight rows of A, whose rows are neighbors in memory, as (k, 8) each: read in
        # order, so that every cache line and page is met once.
        whole = m - m % 8
        for kk in range(k):
            source = offset(a, kk * sak)
            coming = offset(source, PACK_AHEAD * sak)
            for i in range(0, m, line):
                prefetch(offset(coming, i))
            target = offset(packed, kk * 8)
            for i in range(0, whole, 8):
                move_eight(offset(source, i), offset(target, (i >> 3) * GROUP))
            for i in range(whole, m):
                target[(whole >> 3) * GROUP + i - whole] = source[i]

    @njit(inline="never", **NUMPY)
    def product(
        a, sam, sak, b, ldb, c, ldc, m, n, k, start, bias, packed, ahead, array_stride, arrays
    ):
        done = 0
        bias_by_row, bias_by_column = (0, 1) if start == COLUMN_BIAS else (1, 0)
        worth_packing = sam == 1 and n > 2 * width and m * k >= PACK_FROM
        while done < k:
            depth = min(DEPTH, k - done)
            ak = offset(a, done * sak)
            bk = offset(b, done * ldb)
            begin = start if done == 0 else ACCUMULATE
            i = 0
            while i < m:
                rows = min(PACKED_ROWS, m - i) if worth_packing else m
                ai, sai, ski, eight = offset(ak, i * sam), sam, sak, 8 * sam
                if worth_packing:
                    pack(ai, sak, packed, rows, depth)
                    ai, sai, ski, eight = packed, 1, 8, GROUP
                ci = offset(c, i * ldc)
                j = 0
                if m == 1:
                    for vectors in (16, 4):
                        while n - j >= vectors * width:
                            tile(
                                1, vectors, depth, ai, sai, ski, offset(bk, j), ldb,
                                offset(ci, j), ldc, begin, offset(bias, j * bias_by_column), 0,
                            )  # fmt: skip
                            j += vectors * width
                while j < n:
                    rest = n - j
                    take = 2 * width if rest >= 2 * width else min(rest, width)
                    panel(
                        ai, sai, ski, eight, offset(bk, j), ldb, offset(ci, j), ldc, rows, take,
                        depth, begin, offset(bias, i * bias_by_row + j * bias_by_column),
                        bias_by_row, offset(ahead, i * ldc + j), array_stride, arrays,
                    )  # fmt: skip
                    j += take
                i += rows
            done += depth

    return product


FLOATS = {"float32": types.float32, "float64": types.float64}
