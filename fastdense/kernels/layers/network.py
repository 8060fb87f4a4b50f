"""A chunk of samples through all layers: forward, loss, and back to every layer's delta."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layers import dense as dense_layers
from fastdense.kernels.layers._sharing import is_shared, share_of
from fastdense.kernels.layers.few_rows import (
    few_rows_backward_for,
    few_rows_descend_for,
    few_rows_forward_for,
    few_rows_layer_for,
)
from fastdense.kernels.layers.rows import predict_rows_for
from fastdense.kernels.layout import COLUMN_MULTIPLE, EVALUATING, PREDICTING, TRAINING
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
def forward_for(kind, share):
    """`forward(work, plan, job, arena, scratch, columns, samples, place)`.

    From the first layer's input rows to the last one's output rows; `samples` of the columns are
    not padding, the first of which stands at `place` in its batch. `share(plan, work, job, task)`
    has a team do a task of all its parts.
    """
    dense = dense_layers.forward_for(kind)

    @njit(inline="never", **NUMPY)
    def forward(work, plan, job, arena, scratch, columns, samples, place):
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.forward != 0:
                call(layer.forward, (work.table, index, arena, columns, place))
            elif is_shared(plan, job, layer, columns) and layer.differentiate == 0:
                job.layer = index
                share(plan, work, job, layout.FORWARD)
            else:
                dense(
                    work, job, layer, index, arena, scratch, columns, samples, np.int64(0),
                    layer.n_out,
                )  # fmt: skip

    return forward


@cache
def backward_for(kind, share):
    """`backward(work, plan, job, arena, transposed, scratch, columns, samples)`.

    From the loss's derivative to what every layer's gradient is taken from.
    """
    differentiate, descend = dense_layers.differentiate_for(kind), dense_layers.descend_for(kind)
    scatter = scatter_for(kind)

    @njit(inline="never", **NUMPY)
    def backward(work, plan, job, arena, transposed, scratch, columns, samples):
        row, other_row, differentiated = plan.delta_row, plan.other_delta_row, False
        for index in range(plan.depth - 1, -1, -1):
            layer = record(work.layers, index)
            delta, other = offset(arena, row * job.stride), offset(arena, other_row * job.stride)
            if layer.backward != 0:
                call(layer.backward, (work.table, index, arena, delta, other, columns))
                if layer.accumulate != 0 and layer.transposed >= 0:  # others overwrite it
                    own = offset(transposed, layer.transposed * job.columns)
                    scatter(delta, job.stride, layer.n_out, columns, own)
            else:
                zero = np.int64(0)
                if not differentiated:
                    differentiate(job, layer, arena, transposed, delta, columns, zero, layer.n_out)
                differentiated = False
                if layer.needs_input_gradient:
                    if is_shared(plan, job, layer, columns):
                        below = record(work.layers, index - 1)
                        differentiated = below.backward == 0 and below.differentiate == 0
                        job.layer, job.delta_row, job.other_row = index, row, other_row
                        job.dense_below = differentiated
                        share(plan, work, job, layout.BACKWARD)
                    else:
                        descend(
                            work, job, layer, transposed, scratch, delta, other, columns, samples,
                            zero, layer.n_in,
                        )  # fmt: skip
            if layer.own_delta:
                if not layer.needs_input_gradient:
                    break
                row, other_row = other_row, row

    return backward


@cache
def part_for(kind):
    """`do_part(work, thread, part)`: some units of the job's layer, forward or backward."""
    forward = dense_layers.forward_for(kind)
    differentiate, descend = dense_layers.differentiate_for(kind), dense_layers.descend_for(kind)
    forward_few, descend_few = few_rows_layer_for(kind), few_rows_descend_for(kind)

    @njit(inline="never", **NUMPY)
    def do_part(work, thread, part):
        plan, job, arena = record(work.plan, 0), record(work.job, 0), work.arena
        columns, stride = pad(job.samples), job.stride
        scratch = offset(work.scratch, thread * plan.scratch)
        layer = record(work.layers, job.layer)
        if job.task == layout.FORWARD:
            first, units = share_of(layer.n_out, part, plan.threads)
            if units > 0 and job.in_rows:
                forward_few(work, job, layer, arena, scratch, job.samples, first, units)
            elif units > 0:
                forward(
                    work, job, layer, job.layer, arena, scratch, columns, job.samples, first, units
                )
            return
        first, inputs = share_of(layer.n_in, part, plan.threads)
        if inputs <= 0:
            return
        transposed = offset(arena, plan.rows * stride)
        if job.in_rows:
            below = record(work.layers, job.layer - 1)
            descend_few(
                work, job, layer, below, arena, transposed, scratch, job.samples, first, inputs
            )
            return
        delta, other = offset(arena, job.delta_row * stride), offset(arena, job.other_row * stride)
        descend(
            work, job, layer, transposed, scratch, delta, other, columns, job.samples, first, inputs
        )
        if job.dense_below:  # while they are in this thread's cache
            below = record(work.layers, job.layer - 1)
            differentiate(job, below, arena, transposed, other, columns, first, inputs)

    return do_part


@cache
def propagate_for(kind, share):
    """`propagate(work, thread, chunk)`: a chunk of the job's samples through the network.

    Depending on the job: predictions; or the loss of every sample; or also the transposed deltas
    of all layers, which `accumulate` turns into a gradient.
    """
    cast = np.float32 if kind == types.float32 else np.float64
    gather, scatter = gather_for(kind), scatter_for(kind)
    forward, backward = forward_for(kind, share), backward_for(kind, share)
    forward_few = few_rows_forward_for(kind, share)
    backward_few = few_rows_backward_for(kind, share)
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
            share = work.shares[0] if job.purpose == TRAINING else 1.0
            for b in range(samples):
                row = work.order[first + b] if job.ordered else first + b
                weights[b] = work.weights[row] * share
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
    def propagate(work, thread, chunk):
        plan, job = record(work.plan, 0), record(work.job, 0)
        chunk_first = chunk * job.columns
        first = job.first + chunk_first
        samples = min(job.columns, job.samples - chunk_first)
        stride = job.stride
        columns = np.int64(1) if stride == 1 else pad(samples)
        # Only of what a gradient is taken from later is each chunk's arena kept.
        stays = job.purpose == TRAINING and job.task == layout.PROPAGATE
        owner = chunk if stays else thread
        arena = offset(work.arena, owner * plan.arena)
        scratch = offset(work.scratch, thread * plan.scratch)
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
        inputs = offset(arena, entry.input_row * stride)
        if plan.augment != 0 and job.purpose == TRAINING:
            place = job.place + chunk_first
            call(plan.augment, (work.table, thread, first, place, samples, columns, inputs))
        elif not (job.loaded or job.in_rows):
            gather(
                work.test_inputs if job.test else work.inputs, entry.n_in, work.order, job.ordered,
                first, samples, columns, inputs, stride,
            )  # fmt: skip
        if job.in_rows:
            forward_few(work, plan, job, arena, scratch, first, samples, columns)
        else:
            forward(
                work, plan, job, arena, scratch, columns, samples, job.place + chunk_first,
            )  # fmt: skip
        outputs = offset(arena, final.output_row * stride)
        if job.purpose == PREDICTING:
            predictions = offset(work.predictions, first * final.n_out)
            scatter(outputs, stride, final.n_out, samples, predictions)
            return
        if plan.keep_outputs and job.purpose == TRAINING:
            kept = offset(work.outputs, first * final.n_out)
            scatter(outputs, stride, final.n_out, samples, kept)
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
            transposed = offset(arena, plan.rows * stride)
            if job.in_rows:
                backward_few(work, plan, job, arena, transposed, scratch, delta, samples, columns)
                return
            backward(work, plan, job, arena, transposed, scratch, columns, samples)

    return propagate
