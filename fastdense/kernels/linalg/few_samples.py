"""The products of the last few samples of a chunk, which fill only a part of a vector.

The lanes run over the rows of the product instead: each vector of weights is multiplied by as many
numbers as there are samples, not by a vector that is mostly padding. The chain of each number is
the same.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import offset, stack_array
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.tile import ACCUMULATE, COLUMN_BIAS, ZERO
from fastdense.kernels.linalg.transpose import make_gather

PANEL = 128  # rows of weights that are turned together, for the first-level cache
TURNED = 6  # multiply-adds that take as long as a row of a square that is turned


@njit(**NUMPY)
def few_samples(samples, rows, depth, turned, width):
    """How many of the samples are multiplied apart: what whole vectors leave, if that is faster.

    Otherwise none. The product has so many `rows`, chains of so many steps (`depth`), and for each
    vector of rows `turned` squares are turned.
    """
    few = samples % width
    across = (rows + width - 1) // width
    if across * (few * depth + TURNED * width * turned) < rows * depth:
        return few
    return np.int64(0)


@cache
def _turn_for(kind):
    """`turn(source, source_stride, rows, columns, target, stride)`.

    Up to a vector of rows become columns of `target`, whose columns from `rows` up to a vector
    become zero.
    """
    square = vector_length(kind.bitwidth)
    whole, part = (make_gather(kind, square, whole) for whole in (True, False))
    offsets_of_square = stack_array(square, types.int64)

    @njit(inline="never", **NUMPY)
    def turn(source, source_stride, rows, columns, target, stride):
        offsets = offsets_of_square()
        for row in range(square):
            offsets[row] = min(row, rows - 1) * source_stride
        for i in range(0, columns, square):
            line, place, count = offset(source, i), offset(target, i * stride), columns - i
            if rows == square and count >= square:
                whole(line, offsets, square, square, place, stride)
            else:
                part(line, offsets, rows, min(count, square), place, stride)

    return turn


@cache
def few_forward_for(kind):
    """`forward(weights, n_in, n_out, source, target, stride, samples, spare, packed)`.

    target (n_out, samples) = the weights (n_in, n_out) transposed, times source (n_in, samples),
    plus the biases behind the weights; rows of source and target are `stride` apart. Columns of
    the target from `samples` up to a vector become zero. `spare` is scratch of samples * n_out
    numbers.
    """
    product, turn = product_for(kind), _turn_for(kind)

    @njit(**COLD)
    def forward(weights, n_in, n_out, source, target, stride, samples, spare, packed):
        zero, one = np.int64(0), np.int64(1)
        product(
            source, one, stride, weights, n_out, spare, n_out, samples, n_out, n_in,
            np.int64(COLUMN_BIAS), offset(weights, n_in * n_out), packed, packed, zero, zero,
        )  # fmt: skip
        turn(spare, n_out, samples, n_out, target, stride)

    return forward


@cache
def few_backward_for(kind):
    """`backward(weights, n_in, n_out, delta, delta_stride, target, stride, samples, packed)`.

    target (n_in, samples) = the weights (n_in, n_out) times the transpose of delta (samples,
    n_out); rows of delta and target are `delta_stride` and `stride` apart. Columns of the target
    from `samples` up to a vector become zero. `packed` is scratch of PACKED numbers.
    """
    product, turn = product_for(kind), _turn_for(kind)
    square = vector_length(kind.bitwidth)
    across = 2 * square
    sums_of_panel = stack_array(square * across, kind)

    @njit(**COLD)
    def backward(weights, n_in, n_out, delta, delta_stride, target, stride, samples, packed):
        zero, one = np.int64(0), np.int64(1)
        sums = sums_of_panel()
        for i in range(0, n_in, across):
            rows = min(n_in - i, across)
            for k in range(0, n_out, PANEL):
                depth = min(n_out - k, PANEL)
                for r in range(0, rows, square):
                    own = offset(weights, (i + r) * n_out + k)
                    turn(own, n_out, min(rows - r, square), depth, offset(packed, r), across)
                product(
                    offset(delta, k), delta_stride, one, packed, across, sums, across, samples,
                    rows, depth, np.int64(ACCUMULATE if k > 0 else ZERO), packed, packed, packed,
                    zero, zero,
                )  # fmt: skip
            for r in range(0, rows, square):
                place = offset(target, (i + r) * stride)
                turn(offset(sums, r), across, samples, min(rows - r, square), place, stride)

    return backward
