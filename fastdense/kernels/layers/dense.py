"""Dense layers, in three forms of their own: one network, lanes of a pack, and samples in rows.

They are compiled into the kernels of the loop, for a small network's step would notice the calls,
and the gradient of a block is updated while it is in the cache.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.layers._observing import add_sizes
from fastdense.kernels.layers.few_rows import few_rows_accumulate_for
from fastdense.kernels.layout import OBSERVING, TRAINING
from fastdense.kernels.linalg.few_samples import few_backward_for, few_forward_for, few_samples
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.gemv import matvec_for
from fastdense.kernels.linalg.lane_gemm import pack_product_for
from fastdense.kernels.linalg.thin import few_inputs_for, few_outputs_for
from fastdense.kernels.linalg.tile import ACCUMULATE, COLUMN_BIAS, ROW_BIAS, ZERO
from fastdense.kernels.linalg.transpose import make_turn
from fastdense.numerics.primitives import fma

WIDE = 16  # outputs from which the gradient of one sample is taken row by row

# One network: the lanes of vectors run over the samples.


@cache
def forward_for(kind):
    """`forward(work, job, layer, index, arena, scratch, columns, samples, first, units)`.

    Of all its units, or of some from the first one on, which then is a multiple of 16. When
    OBSERVING the |pre-activations| are added to the sixteen sums at `sizes[16 index]`.
    """
    product, of_few = product_for(kind), few_forward_for(kind)
    width = vector_length(kind.bitwidth)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def forward(work, job, layer, index, arena, scratch, columns, samples, first, units):
        stride = job.stride
        zero, one = np.int64(0), np.int64(1)
        source = offset(arena, layer.input_row * stride)
        target = offset(arena, (layer.output_row + first) * stride)
        slopes = offset(arena, (layer.slope_row + first) * stride)
        plain = job.purpose < TRAINING and layer.value != 0
        if plain:  # nobody asks for slopes, so values replace the pre-activations
            slopes = target
        # The row behind the inputs is the bias's input in the weight gradient.
        if first == 0:
            ones = offset(source, layer.n_in * stride)
            for b in range(columns):
                ones[b] = cast(1)
        weights = offset(work.parameters, layer.weights + first)
        bias = offset(weights, layer.n_in * layer.n_out)
        if stride == 1:  # one sample: the lanes run over the outputs
            product(
                source, zero, one, weights, layer.n_out, slopes, one,
                one, layer.n_out, layer.n_in,
                np.int64(COLUMN_BIAS), bias, scratch, scratch, zero, zero,
            )  # fmt: skip
        else:
            few = few_samples(samples, units, layer.n_in, one, width)
            count = samples - few if few else columns
            if count > 0:
                product(
                    weights, one, layer.n_out, source, stride, slopes, stride,
                    units, count, layer.n_in,
                    np.int64(ROW_BIAS), bias, scratch, scratch, zero, zero,
                )  # fmt: skip
            if few:
                spare = target
                if plain:
                    spare = offset(arena, (layer.slope_row + first) * stride)
                of_few(
                    weights, layer.n_in, layer.n_out, units, offset(source, count), one, stride,
                    offset(slopes, count), stride, few, spare, scratch,
                )  # fmt: skip
        if job.purpose == OBSERVING:
            add_sizes(work, index, slopes, stride, layer.n_out, samples, zero, one)
        if plain:
            call(layer.value, (target, units, columns, stride))
        else:
            call(layer.activate, (slopes, target, units, columns, stride))

    return forward


@cache
def differentiate_for(kind):
    """`differentiate(job, layer, arena, transposed, delta, columns, first, units)`.

    From the derivative with respect to the outputs, in the rows of `delta`, to that with respect to
    the pre-activations, and its transpose; what is of few outputs or inputs is not transposed. Of
    all units, or of some from the first one on, which then is a multiple of 16.
    """
    square = vector_length(kind.bitwidth)
    turn_whole, turn_part = (make_turn(kind, square, whole) for whole in (True, False))
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def apply_slopes(delta, slopes, stride, transposed, transposed_stride, rows, columns, line):
        # From `da` to `dz = da * slope` (rows, columns) in place, and dz^T to `transposed`.
        if line:
            for i in range(rows * columns):
                dz = delta[i] * slopes[i]
                delta[i] = dz
                transposed[i] = dz
        else:
            for o in range(0, rows, square):
                present = min(rows - o, square)
                for b in range(0, columns, square):
                    da, factors = offset(delta, o * stride + b), offset(slopes, o * stride + b)
                    target = offset(transposed, b * transposed_stride + o)
                    if present == square:
                        turn_whole(da, factors, stride, present, target, transposed_stride)
                    else:
                        turn_part(da, factors, stride, present, target, transposed_stride)

    @njit(inline="never", **NUMPY)
    def apply_few_slopes(delta, slopes, stride, copy, rows, columns):
        # The same with a copy instead of a transpose.
        for o in range(rows):
            for i in range(o * stride, o * stride + columns):
                dz = delta[i] * slopes[i]
                delta[i] = dz
                copy[i] = dz

    @njit(inline="never", **NUMPY)
    def differentiate(job, layer, arena, transposed, delta, columns, first, units):
        stride = job.stride
        slopes = offset(arena, layer.slope_row * stride)
        if layer.differentiate != 0:
            outputs = offset(arena, layer.output_row * stride)
            call(layer.differentiate, (outputs, delta, layer.n_out, columns, stride))
            # What is left is to be transposed only.
            for row in range(layer.n_out):
                for i in range(row * stride, row * stride + columns):
                    slopes[i] = cast(1)
        if layer.few_inputs and stride > 1:
            return  # its gradient takes the delta from here
        few = layer.few_outputs if stride > 1 else np.int64(0)
        wide, end = layer.n_out - few, first + units
        apply_slopes(
            offset(delta, first * stride), offset(slopes, first * stride), stride,
            offset(transposed, layer.transposed * job.columns + first),
            layer.transposed_stride, min(end, wide) - first, columns, stride == 1 or wide == 1,
        )  # fmt: skip
        if end == layer.n_out:
            apply_few_slopes(
                offset(delta, wide * stride), offset(slopes, wide * stride), stride,
                offset(transposed, layer.few_place * job.columns), few, columns,
            )  # fmt: skip

    return differentiate


@cache
def descend_for(kind):
    """`descend(work, job, layer, transposed, scratch, delta, other, columns, samples, first, n)`.

    From the derivative with respect to the pre-activations, in the rows of `delta`, to that with
    respect to all inputs, or `n` from the first one on, in the rows of `other`.
    """
    product, multiply, of_few = product_for(kind), matvec_for(kind), few_backward_for(kind)
    square = vector_length(kind.bitwidth)

    @njit(inline="never", **NUMPY)
    def descend(work, job, layer, transposed, scratch, delta, other, columns, samples, first, n):
        stride = job.stride
        zero, one = np.int64(0), np.int64(1)
        weights = offset(work.parameters, layer.weights + first * layer.n_out)
        if stride == 1:
            multiply(weights, layer.n_out, delta, other, layer.n_in, layer.n_out)
            return
        left = zero
        if layer.few_outputs == 0:
            turned = (layer.n_out + square - 1) // square
            left = few_samples(samples, n, layer.n_out, turned, square)
        count = samples - left if left else columns
        if count > 0:
            product(
                weights, layer.n_out, one, delta, stride, offset(other, first * stride), stride,
                n, count, layer.n_out, np.int64(ZERO), weights, scratch,
                scratch, zero, zero,
            )  # fmt: skip
        if left:
            own = layer.transposed * job.columns + count * layer.transposed_stride
            of_few(
                weights, n, layer.n_out, offset(transposed, own), layer.transposed_stride,
                offset(other, first * stride + count), stride, left, scratch,
            )  # fmt: skip

    return descend


@cache
def accumulate_for(kind):
    """`accumulate(work, thread, layer, row, rows, arena, gradient, samples, continued, arrays)`.

    Some rows of the weights' gradient, over the samples of a chunk: each is one chain in ascending
    order, which is `continued` from the samples before. What the update will read of `arrays`, the
    parameters and their slots, is fetched meanwhile.
    """
    product, of_few_rows = product_for(kind), few_rows_accumulate_for(kind)
    for_few_inputs, for_few_outputs = few_inputs_for(kind), few_outputs_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def outer(inputs, delta, gradient, rows, columns):
        # The gradient of one sample.
        for i in range(rows):
            x = inputs[i]
            line = offset(gradient, i * columns)
            for o in range(columns):
                line[o] = fma(x, delta[o], cast(0))

    @njit(**NUMPY)
    def accumulate(work, thread, layer, row, rows, arena, gradient, samples, continued, arrays):
        plan, job = record(work.plan, 0), record(work.job, 0)
        zero, one = np.int64(0), np.int64(1)
        parameters = offset(work.parameters, layer.weights + row * layer.n_out)
        inputs = offset(arena, (layer.input_row + row) * job.stride)
        delta = offset(arena, plan.rows * job.stride + layer.transposed * job.columns)
        if job.stride == 1 and layer.n_out >= WIDE and not continued:
            outer(inputs, delta, gradient, rows, layer.n_out)
            return
        scratch = offset(work.scratch, thread * plan.scratch)
        if job.in_rows:
            of_few_rows(
                work, job, plan, layer, row, rows, arena, gradient, samples, continued, arrays,
                scratch,
            )  # fmt: skip
            return
        few = layer.few_outputs if job.stride > 1 else zero
        wide = layer.n_out - few
        if layer.few_inputs and job.stride > 1:
            for_few_inputs(
                inputs, offset(arena, layer.delta_row * job.stride),
                offset(arena, layer.slope_row * job.stride), job.stride, gradient,
                rows, layer.n_out, samples, continued, scratch,
            )  # fmt: skip
        elif wide > 0:
            product(
                inputs, job.stride, one, delta, layer.transposed_stride, gradient, layer.n_out,
                rows, wide, samples, np.int64(ACCUMULATE if continued else ZERO), parameters,
                scratch, parameters, plan.slot_stride, arrays,
            )  # fmt: skip
        if few > 0:
            delta = offset(arena, plan.rows * job.stride + layer.few_place * job.columns)
            for_few_outputs(
                inputs, job.stride, delta, offset(gradient, wide), layer.n_out, rows, few,
                samples, continued, scratch,
            )  # fmt: skip

    return accumulate


@njit(**NUMPY)
def update_online(work, plan, layer, row, rows):
    """The update of some rows of weights by one sample, whose gradient is never written."""
    parameters = offset(work.parameters, layer.weights + row * layer.n_out)
    call(
        plan.online,
        (
            parameters,
            offset(work.arena, layer.input_row + row),
            offset(work.arena, plan.rows + layer.transposed),
            rows,
            layer.n_out,
            offset(parameters, plan.slot_stride),
            plan.slot_stride,
            work.scalars,
            work.frozen[0] != 0,
        ),
    )


# A pack: the lanes are networks.


@cache
def pack_forward_for(kind):
    """`forward(work, job, layer, index, arena, samples, lanes)`."""
    product = pack_product_for(kind)

    @njit(**NUMPY)
    def forward(work, job, layer, index, arena, samples, lanes):
        stride = job.stride
        source = offset(arena, layer.input_row * stride)
        target = offset(arena, layer.output_row * stride)
        slopes = offset(arena, layer.slope_row * stride)
        weights = offset(work.parameters, layer.weights * lanes)
        across = layer.n_out * lanes
        product(
            weights, lanes, across, source, lanes, stride, slopes, stride,
            layer.n_out, samples, layer.n_in, np.int64(ROW_BIAS),
            offset(weights, layer.n_in * across), lanes,
        )  # fmt: skip
        if job.purpose == OBSERVING:
            add_sizes(work, index, slopes, stride, layer.n_out, samples, job.first, lanes)
        call(layer.activate, (slopes, target, layer.n_out, samples * lanes, stride))

    return forward


@cache
def pack_backward_for(kind):
    """`backward(work, job, layer, arena, delta, below, samples, lanes)`."""
    product = pack_product_for(kind)

    @njit(inline="never", **NUMPY)
    def multiply(target, factors, stride, rows, columns):
        if columns == stride:
            rows, columns = 1, rows * stride
        for row in range(rows):
            for i in range(row * stride, row * stride + columns):
                target[i] *= factors[i]

    @njit(**NUMPY)
    def backward(work, job, layer, arena, delta, below, samples, lanes):
        stride, columns = job.stride, samples * lanes
        slopes = offset(arena, layer.slope_row * stride)
        if layer.differentiate != 0:
            outputs = offset(arena, layer.output_row * stride)
            call(layer.differentiate, (outputs, delta, layer.n_out, columns, stride))
        else:
            multiply(delta, slopes, stride, layer.n_out, columns)
        if layer.needs_input_gradient:
            weights = offset(work.parameters, layer.weights * lanes)
            product(
                weights, layer.n_out * lanes, lanes, delta, lanes, stride, below, stride,
                layer.n_in, samples, layer.n_out, np.int64(ZERO), weights, lanes,
            )  # fmt: skip

    return backward


@cache
def pack_accumulate_for(kind):
    """`accumulate(job, layer, arena, delta, gradient, samples, continued, lanes)`."""
    product = pack_product_for(kind)

    @njit(**NUMPY)
    def accumulate(job, layer, arena, delta, gradient, samples, continued, lanes):
        stride = job.stride
        product(
            offset(arena, layer.input_row * stride), stride, lanes, delta, stride, lanes,
            gradient, layer.n_out * lanes, layer.n_in + 1, layer.n_out, samples,
            np.int64(ACCUMULATE if continued else ZERO), gradient, lanes,
        )  # fmt: skip

    return accumulate


# Samples in rows: the lanes run over the outputs.


@cache
def rows_forward_for(kind):
    """`forward(work, layer, source, target, outputs, samples, scratch)`.

    From rows (samples, n_in) to rows (samples, n_out): `target`, or `outputs` if the units are
    coupled; both may be the same.
    """
    product = product_for(kind)

    @njit(**NUMPY)
    def forward(work, layer, source, target, outputs, samples, scratch):
        zero, one = np.int64(0), np.int64(1)
        weights = offset(work.parameters, layer.weights)
        bias = offset(weights, layer.n_in * layer.n_out)
        product(
            source, layer.n_in, one, weights, layer.n_out, target, layer.n_out, samples,
            layer.n_out, layer.n_in, np.int64(COLUMN_BIAS), bias, scratch, scratch, zero, zero,
        )  # fmt: skip
        if layer.value != 0:
            call(layer.value, (target, one, samples * layer.n_out, zero))
        else:
            for b in range(samples):
                first = b * layer.n_out
                pair = offset(target, first), offset(outputs, first)
                call(layer.activate, (*pair, layer.n_out, one, one))

    return forward
