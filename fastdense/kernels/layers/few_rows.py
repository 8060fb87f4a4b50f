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

from fastdense.kernels.compile.compiler import COLD
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layers._sharing import is_shared
from fastdense.kernels.layout import BACKWARD, FORWARD
from fastdense.kernels.linalg.few_samples import few_forward_for, turned_product_for
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.tile import ACCUMULATE, COLUMN_BIAS, ZERO
from fastdense.kernels.samples.gather import scatter_for


@cache
def few_rows_layer_for(kind):
    """`forward(work, job, layer, arena, scratch, samples, first, units)`: of a hidden layer.

    Of all its units, or of some from the first one on, which then is a multiple of 16.
    """
    product = product_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def forward(work, job, layer, arena, scratch, samples, first, units):
        zero, one = np.int64(0), np.int64(1)
        n_in, n_out, across = layer.n_in, layer.n_out, layer.n_out + 1
        source = offset(arena, layer.input_row * job.stride)
        slopes = offset(arena, layer.slope_row * job.stride + first)
        target = offset(arena, layer.output_row * job.stride + first)
        weights = offset(work.parameters, layer.weights + first)
        product(
            source, n_in + 1, one, weights, n_out, slopes, across, samples, units, n_in,
            np.int64(COLUMN_BIAS), offset(weights, n_in * n_out), scratch, scratch, zero, zero,
        )  # fmt: skip
        if units < n_out:
            call(layer.activate, (slopes, target, samples, units, across))
        else:  # all rows at once, with what stands between them
            for b in range(samples):
                slopes[b * across + n_out] = cast(0)
            call(layer.activate, (slopes, target, one, samples * across, samples * across))
        if first + units == n_out:
            for b in range(samples):
                target[b * across + units] = cast(1)

    return forward


@cache
def few_rows_forward_for(kind, share):
    """`forward(work, plan, job, arena, scratch, first, samples, columns)`.

    From the samples `first` and following of the order to the last layer's output columns.
    `share(plan, work, job, task)` has a team do a task of all its parts.
    """
    of_few, of_layer = few_forward_for(kind), few_rows_layer_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def forward(work, plan, job, arena, scratch, first, samples, columns):
        stride, zero, one = job.stride, np.int64(0), np.int64(1)
        entry = record(work.layers, 0)
        rows = offset(arena, entry.input_row * stride)
        for b in range(samples):
            sample = work.order[first + b] if job.ordered else first + b
            source, target = offset(work.inputs, sample * entry.n_in), b * (entry.n_in + 1)
            for i in range(entry.n_in):
                rows[target + i] = source[i]
            rows[target + entry.n_in] = cast(1)
        for index in range(plan.depth - 1):
            layer = record(work.layers, index)
            if is_shared(plan, job, layer, samples):
                job.layer = index
                share(plan, work, job, FORWARD)
            else:
                of_layer(work, job, layer, arena, scratch, samples, zero, layer.n_out)
        layer = record(work.layers, plan.depth - 1)
        source = offset(arena, layer.input_row * stride)
        slopes = offset(arena, layer.slope_row * stride)
        target = offset(arena, layer.output_row * stride)
        weights, n_out = offset(work.parameters, layer.weights), layer.n_out
        of_few(
            weights, layer.n_in, n_out, n_out, source, layer.n_in + 1, one, slopes, stride,
            samples, target, scratch,
        )  # fmt: skip
        call(layer.activate, (slopes, target, n_out, columns, stride))

    return forward


@cache
def few_rows_descend_for(kind):
    """`descend(work, job, layer, below, arena, transposed, scratch, samples, first, n)`.

    From the delta of a layer to that of the layer below it, of all inputs, or of `n` from the first
    one on.
    """
    product = turned_product_for(kind)

    @njit(**COLD)
    def descend(work, job, layer, below, arena, transposed, scratch, samples, first, n):
        width = layer.n_in
        upper = offset(transposed, layer.transposed * job.columns)
        own = offset(transposed, below.transposed * job.columns + first)
        product(
            offset(work.parameters, layer.weights + first * layer.n_out), n, layer.n_out, upper,
            layer.n_out, own, width, samples, scratch,
        )  # fmt: skip
        slopes = offset(arena, below.slope_row * job.stride + first)
        for b in range(samples):
            line, factors = offset(own, b * width), offset(slopes, b * (width + 1))
            for i in range(n):
                line[i] *= factors[i]

    return descend


@cache
def few_rows_backward_for(kind, share):
    """`backward(work, plan, job, arena, transposed, scratch, delta, samples, columns)`.

    From the derivative with respect to the outputs, in the rows of `delta`, to every layer's delta.
    """
    descend, scatter = few_rows_descend_for(kind), scatter_for(kind)

    @njit(**COLD)
    def backward(work, plan, job, arena, transposed, scratch, delta, samples, columns):
        stride = job.stride
        layer = record(work.layers, plan.depth - 1)
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
        for index in range(plan.depth - 1, 0, -1):
            layer, below = record(work.layers, index), record(work.layers, index - 1)
            if not layer.needs_input_gradient:
                break
            if is_shared(plan, job, layer, samples):
                job.layer = index
                share(plan, work, job, BACKWARD)
            else:
                descend(
                    work, job, layer, below, arena, transposed, scratch, samples, np.int64(0),
                    layer.n_in,
                )  # fmt: skip

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
