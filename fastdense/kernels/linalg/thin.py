"""The gradient of a layer's last few outputs or of few inputs, with the lanes over the others.

Squares are transposed in registers on the way, and not written. Both functions stay out of line:
for networks without such layers, their addresses would be prepared for nothing.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import offset
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.layout import FEW_INPUTS, FEW_OUTPUTS
from fastdense.kernels.linalg.transpose_multiply import make_times


@cache
def few_outputs_for(kind):
    """`few_outputs(inputs, stride, delta, gradient, gradient_stride, rows, columns, k, continued,
    sums)`.

    gradient (rows, columns) = inputs (rows, k) times the transpose of delta (columns, k), added to
    what it is where it is `continued`; each number is one chain over ascending k. The last row of
    inputs, the bias's, is one. Rows of inputs and delta are `stride` apart; of inputs whole
    squares must be readable, of delta FEW_OUTPUTS rows. `sums` is scratch of FEW_OUTPUTS numbers
    for each row, in whole vectors.
    """
    square = vector_length(kind.bitwidth)
    whole, part = (make_times(kind, square, whole, FEW_OUTPUTS) for whole in (True, False))
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def add(delta, stride, count, sums):
        # A bias alone, not worth a square.
        s0, s1, s2, s3 = sums[0], sums[square], sums[2 * square], sums[3 * square]
        for b in range(count):
            d = offset(delta, b)
            s0 += d[0]
            s1 += d[stride]
            s2 += d[2 * stride]
            s3 += d[3 * stride]
        sums[0], sums[square], sums[2 * square], sums[3 * square] = s0, s1, s2, s3

    @njit(**COLD)
    def few_outputs(
        inputs, stride, delta, gradient, gradient_stride, rows, columns, k, continued, sums
    ):
        for i in range(0, rows, square):
            own, line = offset(sums, i * FEW_OUTPUTS), offset(gradient, i * gradient_stride)
            for j in range(FEW_OUTPUTS * square):
                own[j] = cast(0)
            if continued:
                for r in range(min(rows - i, square)):
                    for o in range(columns):
                        own[o * square + r] = line[r * gradient_stride + o]
        for b in range(0, k, square):
            count = min(k - b, square)
            factors = offset(delta, b)
            for i in range(0, rows, square):
                source, target = offset(inputs, i * stride + b), offset(sums, i * FEW_OUTPUTS)
                present = min(rows - i, square)
                if present == 1:  # the bias's row
                    add(factors, stride, count, target)
                elif count == square:
                    whole(source, source, stride, square, square, factors, stride, target)
                else:
                    part(source, source, stride, present, count, factors, stride, target)
        for i in range(0, rows, square):
            own, line = offset(sums, i * FEW_OUTPUTS), offset(gradient, i * gradient_stride)
            for r in range(min(rows - i, square)):
                for o in range(columns):
                    line[r * gradient_stride + o] = own[o * square + r]

    return few_outputs


@cache
def few_inputs_for(kind):
    """`few_inputs(inputs, delta, slopes, stride, gradient, rows, columns, k, continued, sums)`.

    gradient (rows, columns) = inputs (rows, k) times the transpose of delta * slopes (columns, k),
    or is `continued` from what it is; each number is one chain over ascending k.
    Rows of the three are `stride` apart; of delta and slopes whole squares must be readable, of
    inputs FEW_INPUTS rows. `sums` is scratch of FEW_INPUTS numbers for each column, in whole
    vectors.
    """
    square = vector_length(kind.bitwidth)
    whole, part = (make_times(kind, square, whole, FEW_INPUTS, True) for whole in (True, False))
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def few_inputs(inputs, delta, slopes, stride, gradient, rows, columns, k, continued, sums):
        for o in range(0, columns, square):
            for row in range(FEW_INPUTS):
                own = offset(sums, o * FEW_INPUTS + row * square)
                line = offset(gradient, row * columns + o)
                for lane in range(square):
                    own[lane] = cast(0)
                if continued and row < rows:
                    for lane in range(min(columns - o, square)):
                        own[lane] = line[lane]
        for b in range(0, k, square):
            count = min(k - b, square)
            factors = offset(inputs, b)
            for o in range(0, columns, square):
                da, own = offset(delta, o * stride + b), offset(slopes, o * stride + b)
                target = offset(sums, o * FEW_INPUTS)
                if count == square:
                    whole(da, own, stride, square, square, factors, stride, target)
                else:
                    present = min(columns - o, square)
                    part(da, own, stride, present, count, factors, stride, target)
        for o in range(0, columns, square):
            for row in range(rows):
                own = offset(sums, o * FEW_INPUTS + row * square)
                line = offset(gradient, row * columns + o)
                for lane in range(min(columns - o, square)):
                    line[lane] = own[lane]

    return few_inputs
