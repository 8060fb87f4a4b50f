"""The matrix product of packs: every number is a row of lanes, one network in each.

    C[m, n] = start[m, n] + sum over ascending k of A[m, k] * B[k, n]

A, B and C are read and written lane by lane, so nothing is broadcast, transposed or padded, and
each lane's chain of fused multiply-adds is the one of its network alone.
"""

from functools import cache, partial

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.emit import I64, int64
from fastdense.kernels.compile.pointers import hide, offset
from fastdense.kernels.compile.vectors import Vectors, register_bytes
from fastdense.kernels.layout import group_of
from fastdense.kernels.linalg.tile import (
    ACCUMULATE,
    ROW_BIAS,
    emit_call,
    emit_chains,
    open_segments,
)

SIDE = 4  # rows and columns of the largest square tile: 16 chains, and 8 loads for each k
LINE = 8  # of a tile that is a single row or column


def _write_body(
    simd, builder, rows, columns, k, a, sam, sak, b, sbn, sbk, c, scm, start, bias, lanes, *segments
):
    before = builder.block
    group, end = (builder.append_basic_block(name) for name in ("group", "end"))
    builder.branch(group)
    builder.position_at_end(group)
    lane = builder.phi(I64)
    lane.add_incoming(int64(0), before)
    # Else LLVM would keep a pointer for each row and column, and add to all of them in every round.
    a, b, c, bias = (hide(builder, builder.gep(array, [lane])) for array in (a, b, c, bias))

    def place(base, *steps):
        for count, stride in steps:
            base = builder.gep(base, [builder.mul(int64(count), stride)])
        return base

    def load(m, n):
        return simd.load(builder, place(c, (m, scm), (n, lanes)))

    def store(value, m, n):
        simd.store(builder, value, place(c, (m, scm), (n, lanes)))

    def row_bias(m, n):
        return simd.load(builder, place(bias, (m, lanes)))

    def operands(index, begin=(a, b)):
        a, b = begin
        a_column = builder.gep(a, [builder.mul(index, sak)])
        b_row = builder.gep(b, [builder.mul(index, sbk)])
        return (
            lambda m: simd.load(builder, place(a_column, (m, sam))),
            lambda n: simd.load(builder, place(b_row, (n, sbn))),
        )

    starts, parts = {ACCUMULATE: load, ROW_BIAS: row_bias}, None
    if segments:
        count, table = segments
        parts = count, open_segments(builder, table, a, b)
    emit_chains(builder, simd, rows, columns, k, start, starts, operands, store, parts)
    following = builder.add(lane, int64(simd.width))
    lane.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, lanes), group, end)
    builder.position_at_end(end)


def make_tile(kind, width, segmented=False):
    """The intrinsic `tile(rows, columns, k, a, sam, sak, b, sbn, sbk, c, scm, start, bias, lanes)`.

    A tile of C of up to SIDE x SIDE, LINE x 1 or 1 x LINE, for all lanes, `width` at a time. With
    `segmented` there are also their count and table, as in `tile.make_tile`.
    """
    simd = Vectors(kind, width)
    shapes = {(m, n) for m in range(1, SIDE + 1) for n in range(1, SIDE + 1)}
    shapes |= {(m, 1) for m in range(1, LINE + 1)} | {(1, n) for n in range(1, LINE + 1)}
    write_body = partial(_write_body, simd)

    pointer = types.CPointer(kind)
    kinds = (
        *(types.intp, types.intp, types.intp, pointer, types.intp, types.intp),
        *(pointer, types.intp, types.intp, pointer, types.intp),
        *(types.intp, pointer, types.intp),
    )
    name = f"lane_segments_{kind}" if segmented else f"lanes_{kind}"

    def codegen(context, builder, signature, arguments):
        rows, columns, *rest = arguments
        emit_call(builder, name, shapes, rows, columns, rest, write_body)
        return context.get_dummy_value()

    def emit(typingctx, rows, columns, k, a, sam, sak, b, sbn, sbk, c, scm, start, bias, lanes):
        return types.void(*kinds), codegen

    def emit_segmented(
        typingctx, rows, columns, k, a, sam, sak, b, sbn, sbk, c, scm, start, bias, lanes, count,
        table,
    ):  # fmt: skip
        return types.void(*kinds, types.intp, types.CPointer(types.int64)), codegen

    return intrinsic(emit_segmented if segmented else emit)


@njit(**NUMPY)
def side(rest, most):
    """Rows or columns of the next tile where so many are left.

    As few tiles as possible, of nearly equal sides: the last one should not be a sliver.
    """
    return most if rest & (most - 1) == 0 else min(rest, most - 1)


@cache
def pack_product_for(kind):
    """`product(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes)`; k >= 1.

    Strides are in numbers, of which each element has one for every lane. Columns of C are
    `lanes` apart, and so are biases.
    """
    tile = make_tile(kind, min(register_bytes() * 8 // kind.bitwidth, group_of(kind)))

    @njit(inline="never", **NUMPY)
    def product(a, sam, sak, b, sbn, sbk, c, scm, m, n, k, start, bias, lanes):
        high = np.int64(LINE if n == 1 else SIDE)
        wide = np.int64(LINE if m == 1 else SIDE)
        i = np.int64(0)
        while i < m:
            rows = side(m - i, high)
            ai, ci, bias_i = offset(a, i * sam), offset(c, i * scm), offset(bias, i * lanes)
            j = np.int64(0)
            while j < n:
                columns = side(n - j, wide)
                tile(
                    rows, columns, k, ai, sam, sak, offset(b, j * sbn), sbn, sbk,
                    offset(ci, j * lanes), scm, start, bias_i, lanes,
                )  # fmt: skip
                j += columns
            i += rows

    return product
