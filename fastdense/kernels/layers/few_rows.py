"""A few samples through dense layers and back: they stay in rows, with the lanes over the units.

With the lanes over the samples most of each vector would be padding. Neither inputs nor deltas are
transposed, but the weights are, in squares, for the data gradient. The chain of each number is the
same. Only the last layer's outputs stand in columns, where the loss expects them.

Behind the inputs of each layer stands a one, the bias's input in the weight gradient; deltas stand
one row behind the other.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.linalg.few_samples import few_forward_for, turned_product_for
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.tile import ACCUMULATE, COLUMN_BIAS, ZERO
from fastdense.kernels.samples.gather import scatter_for


@cache
def few_rows_forward_for(kind):
    """`forward(work, job, depth, arena, scratch, first, samples, columns)`.

    From the samples `first` and following of the order to the last layer's output columns.
    """
    product, of_few = product_for(kind), few_forward_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def end_rows(rows, width, samples, value):
        for b in range(samples):
            rows[b * (width + 1) + width] = cast(value)

    @njit(**COLD)
    def forward(work, job, depth, arena, scratch, first, samples, columns):
        stride = job.stride
        zero, one = np.int64(0), np.int64(1)
        entry = record(work.layers, 0)
        rows = offset(arena, entry.input_row * stride)
        for b in range(samples):
            sample = work.order[first + b] if job.ordered else first + b
            source, target = offset(work.inputs, sample * entry.n_in), b * (entry.n_in + 1)
            for i in range(entry.n_in):
                rows[target + i] = source[i]
        end_rows(rows, entry.n_in, samples, 1)
        for index in range(depth):
            layer = record(work.layers, index)
            source = offset(arena, layer.input_row * stride)
            slopes = offset(arena, layer.slope_row * stride)
            target = offset(arena, layer.output_row * stride)
            weights = offset(work.parameters, layer.weights)
            n_in, n_out = layer.n_in, layer.n_out
            if index == depth - 1:
                of_few(
                    weights, n_in, n_out, n_out, source, n_in + 1, one, slopes, stride, samples,
                    target, scratch,
                )  # fmt: skip
                call(layer.activate, (slopes, target, n_out, columns, stride))
                continue
            product(
                source, n_in + 1, one, weights, n_out, slopes, n_out + 1, samples, n_out, n_in,
                np.int64(COLUMN_BIAS), offset(weights, n_in * n_out), scratch, scratch, zero, zero,
            )  # fmt: skip
            end_rows(slopes, n_out, samples, 0)
            count = samples * (n_out + 1)
            call(layer.activate, (slopes, target, one, count, count))
            end_rows(target, n_out, samples, 1)

    return forward


@cache
def few_rows_backward_for(kind):
    """`backward(work, job, depth, arena, transposed, scratch, delta, samples, columns)`.

    From the derivative with respect to the outputs, in the rows of `delta`, to every layer's delta.
    """
    product, scatter = turned_product_for(kind), scatter_for(kind)

    @njit(**COLD)
    def backward(work, job, depth, arena, transposed, scratch, delta, samples, columns):
        stride = job.stride
        layer = record(work.layers, depth - 1)
        slopes = offset(arena, layer.slope_row * stride)
        if layer.differentiate != 0:
            outputs = offset(arena, layer.output_row * stride)
            call(layer.differentiate, (outputs, delta, layer.n_out, columns, stride))
        else:
            for row in range(layer.n_out):
                for i in range(row * stride, row * stride + columns):
                    delta[i] *= slopes[i]
        own = offset(transposed, layer.transposed * job.columns)
        scatter(delta, stride, layer.n_out, samples, own)
        for index in range(depth - 1, 0, -1):
            layer, below = record(work.layers, index), record(work.layers, index - 1)
            if not layer.needs_input_gradient:
                break
            width = layer.n_in
            upper, own = own, offset(transposed, below.transposed * job.columns)
            product(
                offset(work.parameters, layer.weights), width, layer.n_out, upper, layer.n_out,
                own, width, samples, scratch,
            )  # fmt: skip
            slopes = offset(arena, below.slope_row * stride)
            for b in range(samples):
                line, factors = offset(own, b * width), offset(slopes, b * (width + 1))
                for i in range(width):
                    line[i] *= factors[i]

    return backward


@cache
def few_rows_accumulate_for(kind):
    """`accumulate(work, job, plan, layer, row, rows, arena, gradient, samples, continued, arrays,
    scratch)`: as that of dense layers.
    """
    product = product_for(kind)

    @njit(**COLD)
    def accumulate(
        work, job, plan, layer, row, rows, arena, gradient, samples, continued, arrays, scratch
    ):
        parameters = offset(work.parameters, layer.weights + row * layer.n_out)
        inputs = offset(arena, layer.input_row * job.stride + row)
        delta = offset(arena, plan.rows * job.stride + layer.transposed * job.columns)
        product(
            inputs, np.int64(1), layer.n_in + 1, delta, layer.n_out, gradient, layer.n_out,
            rows, layer.n_out, samples, np.int64(ACCUMULATE if continued else ZERO), parameters,
            scratch, parameters, plan.slot_stride, arrays,
        )  # fmt: skip

    return accumulate
