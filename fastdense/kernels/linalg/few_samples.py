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
from fastdense.kernels.layout import TURNED
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.tile import ACCUMULATE, COLUMN_BIAS, ZERO
from fastdense.kernels.linalg.transpose import make_gather

PANEL = 128  # rows of weights that are turned together, for the first-level cache


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
    """`forward(weights, n_in, n_out, units, source, across, along, target, stride, samples, spare,
    packed)`.

    target (units, samples) = the first units of the weights (n_in, n_out) transposed, times source
    (n_in, samples), plus the biases behind the weights. Samples of the source are `across` apart
    and its numbers `along`; rows of the target `stride`, whose columns from `samples` up to a
    vector become zero. `spare` is scratch of samples * units numbers.
    """
    product, turn = product_for(kind), _turn_for(kind)
    square = vector_length(kind.bitwidth)

    @njit(**COLD)
    def forward(
        weights, n_in, n_out, units, source, across, along, target, stride, samples, spare, packed
    ):
        zero = np.int64(0)
        product(
            source, across, along, weights, n_out, spare, units, samples, units, n_in,
            np.int64(COLUMN_BIAS), offset(weights, n_in * n_out), packed, packed, zero, zero,
        )  # fmt: skip
        for b in range(0, samples, square):
            own, place = offset(spare, b * units), offset(target, b)
            turn(own, units, min(samples - b, square), units, place, stride)

    return forward


@cache
def _panel_for(kind):
    """`panel(weights, rows, n_out, delta, delta_stride, target, stride, samples, packed)`.

    target (samples, rows) = delta (samples, n_out) times up to two vectors of rows of the weights
    (rows, n_out), which are turned on the way.
    """
    product, turn = product_for(kind), _turn_for(kind)
    square = vector_length(kind.bitwidth)
    across = np.int64(2 * square)

    @njit(inline="never", **NUMPY)
    def panel(weights, rows, n_out, delta, delta_stride, target, stride, samples, packed):
        zero, one = np.int64(0), np.int64(1)
        for k in range(0, n_out, PANEL):
            depth = min(n_out - k, PANEL)
            for r in range(0, rows, square):
                own = offset(weights, r * n_out + k)
                turn(own, n_out, min(rows - r, square), depth, offset(packed, r), across)
            product(
                offset(delta, k), delta_stride, one, packed, across, target, stride, samples,
                rows, depth, np.int64(ACCUMULATE if k > 0 else ZERO), packed, packed, packed,
                zero, zero,
            )  # fmt: skip

    return panel


@cache
def turned_product_for(kind):
    """`product(weights, n_in, n_out, delta, delta_stride, target, stride, samples, packed)`.

    target (samples, n_in) = delta (samples, n_out) times the transposed weights (n_in, n_out); rows
    of delta and target are `delta_stride` and `stride` apart. `packed` is scratch of PACKED
    numbers.
    """
    panel, across = _panel_for(kind), np.int64(2 * vector_length(kind.bitwidth))

    @njit(**COLD)
    def product(weights, n_in, n_out, delta, delta_stride, target, stride, samples, packed):
        for i in range(0, n_in, across):
            own, rows = offset(weights, i * n_out), min(n_in - i, across)
            place = offset(target, i)
            panel(own, rows, n_out, delta, delta_stride, place, stride, samples, packed)

    return product


@cache
def few_backward_for(kind):
    """`backward(weights, n_in, n_out, delta, delta_stride, target, stride, samples, packed)`.

    The same into columns, target (n_in, samples), of which those from `samples` up to a vector
    become zero.
    """
    panel, turn = _panel_for(kind), _turn_for(kind)
    square = vector_length(kind.bitwidth)
    across = np.int64(2 * square)
    sums_of_panel = stack_array(square * across, kind)

    @njit(**COLD)
    def backward(weights, n_in, n_out, delta, delta_stride, target, stride, samples, packed):
        sums = sums_of_panel()
        for i in range(0, n_in, across):
            own, rows = offset(weights, i * n_out), min(n_in - i, across)
            panel(own, rows, n_out, delta, delta_stride, sums, across, samples, packed)
            for r in range(0, rows, square):
                place = offset(target, (i + r) * stride)
                turn(offset(sums, r), across, samples, min(rows - r, square), place, stride)

    return backward
