"""A chunk of samples through all layers: forward, loss, and back to every layer's delta."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.layers.dropout import draw_mask_for
from fastdense.kernels.layers.rows import predict_rows_for
from fastdense.kernels.layout import (
    COLUMN_MULTIPLE,
    DENSE,
    EVALUATING,
    OBSERVING,
    PARTIAL_SUMS,
    PREDICTING,
    TRAINING,
)
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.gemv import matvec_for
from fastdense.kernels.linalg.tile import COLUMN_BIAS, ROW_BIAS, ZERO
from fastdense.kernels.linalg.transpose import make_turn
from fastdense.kernels.samples.accuracy import count_correct
from fastdense.kernels.samples.gather import gather_for, gather_labels, scatter_for


@njit(**NUMPY)
def pad(count):
    return (count + COLUMN_MULTIPLE - 1) // COLUMN_MULTIPLE * COLUMN_MULTIPLE


@njit(inline="never", **NUMPY)
def all_finite(values, count):
    bad = False
    for i in range(count):
        bad |= values[i] - values[i] != 0
    return not bad


@cache
def forward_for(kind):
    """`forward(work, job, depth, arena, scratch, columns, samples, place)`.

    From the first layer's input rows to the last one's output rows. Dropout acts in TRAINING
    only. When OBSERVING the |pre-activations| of layer l are added to the sixteen sums at
    `sizes[16 l]`.
    """
    product = product_for(kind)
    draw_mask = draw_mask_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def forward(work, job, depth, arena, scratch, columns, samples, place):
        stride = job.stride
        zero, one = np.int64(0), np.int64(1)
        for index in range(depth):
            layer = record(work.layers, index)
            source = offset(arena, layer.input_row * stride)
            target = offset(arena, layer.output_row * stride)
            slopes = offset(arena, layer.slope_row * stride)
            if layer.kind == DENSE:
                plain = job.purpose < TRAINING and layer.value != 0
                if plain:  # nobody asks for slopes, so values replace the pre-activations
                    slopes = target
                # The row behind the inputs is the bias's input in the weight gradient.
                ones = offset(source, layer.n_in * stride)
                for b in range(columns):
                    ones[b] = cast(1)
                weights = offset(work.parameters, layer.weights)
                bias = offset(weights, layer.n_in * layer.n_out)
                if stride == 1:  # one sample: the lanes run over the outputs
                    product(
                        source, zero, one, weights, layer.n_out, slopes, one,
                        one, layer.n_out, layer.n_in,
                        np.int64(COLUMN_BIAS), bias, scratch, scratch, zero, zero,
                    )  # fmt: skip
                else:
                    product(
                        weights, one, layer.n_out, source, stride, slopes, stride,
                        layer.n_out, columns, layer.n_in,
                        np.int64(ROW_BIAS), bias, scratch, scratch, zero, zero,
                    )  # fmt: skip
                if job.purpose == OBSERVING:
                    # Sample by sample, so that the order of the sum does not depend on `columns`.
                    for b in range(samples):
                        size = 0.0
                        for row in range(layer.n_out):
                            size += abs(float(slopes[row * stride + b]))
                        work.sizes[index * PARTIAL_SUMS + b % PARTIAL_SUMS] += size
                if plain:
                    call(layer.value, (target, layer.n_out, columns, stride))
                else:
                    call(layer.activate, (slopes, target, layer.n_out, columns, stride))
            else:
                if job.purpose == TRAINING:
                    draw_mask(work, layer, slopes, stride, columns, place)
                else:
                    for row in range(layer.n_in):
                        for i in range(row * stride, row * stride + columns):
                            slopes[i] = cast(1)
                for row in range(layer.n_in):
                    for i in range(row * stride, row * stride + columns):
                        target[i] = source[i] * slopes[i]

    return forward


@cache
def backward_for(kind):
    """`backward(work, job, depth, arena, turned, scratch, delta, other, columns)`.

    From the loss's derivative in the rows of `delta` to the transposed delta of every layer; that
    of few outputs or inputs is not transposed.
    """
    product, multiply = product_for(kind), matvec_for(kind)
    square = vector_length(kind.bitwidth)
    turn_whole, turn_part = (make_turn(kind, square, whole) for whole in (True, False))
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def apply_slopes(delta, slopes, stride, turned, turned_stride, rows, columns):
        # From `da` to `dz = da * slope` (rows, columns) in place, and its transpose to `turned`.
        if stride == 1 or rows == 1:
            for i in range(rows * columns):
                dz = delta[i] * slopes[i]
                delta[i] = dz
                turned[i] = dz
        else:
            for o in range(0, rows, square):
                present = min(rows - o, square)
                for b in range(0, columns, square):
                    da, factors = offset(delta, o * stride + b), offset(slopes, o * stride + b)
                    target = offset(turned, b * turned_stride + o)
                    if present == square:
                        turn_whole(da, factors, stride, present, target, turned_stride)
                    else:
                        turn_part(da, factors, stride, present, target, turned_stride)

    @njit(inline="never", **NUMPY)
    def apply_few_slopes(delta, slopes, stride, copy, rows, columns):
        # The same with a copy instead of a transpose.
        for o in range(rows):
            for i in range(o * stride, o * stride + columns):
                dz = delta[i] * slopes[i]
                delta[i] = dz
                copy[i] = dz

    @njit(inline="never", **NUMPY)
    def backward(work, job, depth, arena, turned, scratch, delta, other, columns):
        stride = job.stride
        zero, one = np.int64(0), np.int64(1)
        for index in range(depth - 1, -1, -1):
            layer = record(work.layers, index)
            slopes = offset(arena, layer.slope_row * stride)
            if layer.kind != DENSE:
                for row in range(layer.n_in):
                    for i in range(row * stride, row * stride + columns):
                        delta[i] *= slopes[i]
                continue
            if layer.differentiate != 0:
                outputs = offset(arena, layer.output_row * stride)
                call(layer.differentiate, (outputs, delta, layer.n_out, columns, stride))
                # What is left is to be transposed only.
                for row in range(layer.n_out):
                    for i in range(row * stride, row * stride + columns):
                        slopes[i] = cast(1)
            if layer.few_inputs and stride > 1:
                break  # its gradient takes the delta from here
            few = layer.few_outputs if stride > 1 else zero
            wide = layer.n_out - few
            apply_slopes(
                delta, slopes, stride, offset(turned, layer.turned * job.columns),
                layer.turned_stride, wide, columns,
            )  # fmt: skip
            apply_few_slopes(
                offset(delta, wide * stride), offset(slopes, wide * stride), stride,
                offset(turned, layer.few_place * job.columns), few, columns,
            )  # fmt: skip
            if not layer.needs_input_gradient:
                break
            weights = offset(work.parameters, layer.weights)
            if stride == 1:
                multiply(weights, layer.n_out, delta, other, layer.n_in, layer.n_out)
            else:
                product(
                    weights, layer.n_out, one, delta, stride, other, stride,
                    layer.n_in, columns, layer.n_out, np.int64(ZERO), weights, scratch,
                    scratch, zero, zero,
                )  # fmt: skip
            delta, other = other, delta

    return backward


@cache
def propagate_for(kind):
    """`propagate(work, member, chunk)`: a chunk of the job's samples through the network.

    Depending on the job: predictions; or the loss of every sample; or also the transposed deltas
    of all layers, which `accumulate` turns into a gradient.
    """
    cast = np.float32 if kind == types.float32 else np.float64
    gather, scatter = gather_for(kind), scatter_for(kind)
    forward, backward = forward_for(kind), backward_for(kind)
    predict_rows = predict_rows_for(kind)

    @njit(inline="never", **NUMPY)
    def load_targets(plan, job, work, arena, first, samples, columns, chunk_first):
        targets = work.test_targets if job.test else work.targets
        place = offset(arena, plan.target_row * job.stride)
        if plan.labels:
            gather_labels(
                targets, plan.outputs, work.order, job.ordered, first, samples, columns, place,
                job.stride,
            )  # fmt: skip
        else:
            gather(
                targets, plan.outputs, work.order, job.ordered, first, samples, columns, place,
                job.stride,
            )  # fmt: skip
        weights = offset(work.sample_weights, chunk_first)
        if plan.weighted and not job.test:
            for b in range(samples):
                weights[b] = work.weights[work.order[first + b] if job.ordered else first + b]
        else:
            for b in range(samples):
                weights[b] = 1.0

    @njit(inline="never", **NUMPY)
    def scale_delta(plan, job, work, delta, samples, columns, chunk_first):
        # From the slope of each sample's loss to that of what is descended.
        weights = offset(work.sample_weights, chunk_first)
        for o in range(plan.outputs):
            line = offset(delta, o * job.stride)
            for b in range(samples):
                line[b] *= cast(weights[b] * job.factor)
            # Padding is zero, so that nothing grows in columns that no result reads.
            for b in range(samples, columns):
                line[b] = cast(0)

    @njit(inline="never", **NUMPY)
    def propagate(work, member, chunk):
        plan, job = record(work.plan, 0), record(work.job, 0)
        chunk_first = chunk * job.columns
        first = job.first + chunk_first
        samples = min(job.columns, job.samples - chunk_first)
        stride = job.stride
        columns = np.int64(1) if stride == 1 else pad(samples)
        # Only of what a gradient is taken from later is each chunk's arena kept.
        kept = job.purpose == TRAINING and job.task == layout.PROPAGATE
        owner = chunk if kept else member
        arena = offset(work.arena, owner * plan.arena)
        scratch = offset(work.scratch, member * plan.scratch)
        entry, final = record(work.layers, 0), record(work.layers, plan.depth - 1)
        if job.purpose == PREDICTING:
            # In their order, so that the gather finds them in the cache.
            if not all_finite(offset(work.inputs, first * entry.n_in), samples * entry.n_in):
                job.not_finite = 1
            if job.by_rows:
                predict_rows(
                    work, plan.depth, arena, scratch, offset(work.inputs, first * entry.n_in),
                    samples, offset(work.predictions, first * final.n_out),
                )  # fmt: skip
                return
        if not job.loaded:
            gather(
                work.test_inputs if job.test else work.inputs, entry.n_in, work.order, job.ordered,
                first, samples, columns, offset(arena, entry.input_row * stride), stride,
            )  # fmt: skip
        forward(
            work, job, plan.depth, arena, scratch, columns, samples, job.place + chunk_first,
        )  # fmt: skip
        outputs = offset(arena, final.output_row * stride)
        if job.purpose == PREDICTING:
            predictions = offset(work.predictions, first * final.n_out)
            scatter(outputs, stride, final.n_out, samples, predictions)
            return
        if not job.loaded:
            load_targets(plan, job, work, arena, first, samples, columns, chunk_first)
        targets = offset(arena, plan.target_row * stride)
        delta = offset(arena, plan.delta_row * stride)
        valued = job.purpose == EVALUATING or record(work.state, 0).summed != 0
        call(
            plan.loss,
            (
                outputs, targets, delta, offset(work.losses, chunk_first), work.loss_hyper,
                plan.outputs, samples, stride, valued,
            ),
        )  # fmt: skip
        if job.purpose != TRAINING and plan.accuracy != layout.NO_ACCURACY:
            count_correct(
                plan.accuracy, outputs, targets, plan.outputs, samples, stride,
                offset(work.correct, chunk), np.int64(1),
            )  # fmt: skip
        if job.purpose >= TRAINING:
            scale_delta(plan, job, work, delta, samples, columns, chunk_first)
            backward(
                work, job, plan.depth, arena, offset(arena, plan.rows * stride), scratch, delta,
                offset(arena, plan.other_delta_row * stride), columns,
            )  # fmt: skip

    return propagate
