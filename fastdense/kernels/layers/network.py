"""A chunk of samples through all layers: forward, loss, and back to every layer's delta."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layers import dense as dense_layers
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
def forward_for(kind):
    """`forward(work, job, depth, arena, scratch, columns, samples, place)`.

    From the first layer's input rows to the last one's output rows; `samples` of the columns are
    not padding, the first of which stands at `place` in its batch.
    """
    dense = dense_layers.forward_for(kind)

    @njit(inline="never", **NUMPY)
    def forward(work, job, depth, arena, scratch, columns, samples, place):
        for index in range(depth):
            layer = record(work.layers, index)
            if layer.forward != 0:
                call(layer.forward, (work.table, index, arena, columns, place))
            else:
                dense(work, job, layer, index, arena, scratch, columns, samples)

    return forward


@cache
def backward_for(kind):
    """`backward(work, job, depth, arena, transposed, scratch, delta, other, columns, samples)`.

    From the loss's derivative in the rows of `delta` to what every layer's gradient is taken from.
    """
    dense, scatter = dense_layers.backward_for(kind), scatter_for(kind)

    @njit(inline="never", **NUMPY)
    def backward(work, job, depth, arena, transposed, scratch, delta, other, columns, samples):
        for index in range(depth - 1, -1, -1):
            layer = record(work.layers, index)
            if layer.backward != 0:
                call(layer.backward, (work.table, index, arena, delta, other, columns))
                if layer.accumulate != 0 and layer.transposed >= 0:  # others overwrite it
                    own = offset(transposed, layer.transposed * job.columns)
                    scatter(delta, job.stride, layer.n_out, columns, own)
            else:
                dense(work, job, layer, arena, transposed, scratch, delta, other, columns, samples)
            if layer.own_delta:
                if not layer.needs_input_gradient:
                    break
                delta, other = other, delta

    return backward


@cache
def propagate_for(kind):
    """`propagate(work, thread, chunk)`: a chunk of the job's samples through the network.

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
        elif not job.loaded:
            gather(
                work.test_inputs if job.test else work.inputs, entry.n_in, work.order, job.ordered,
                first, samples, columns, inputs, stride,
            )  # fmt: skip
        forward(
            work, job, plan.depth, arena, scratch, columns, samples, job.place + chunk_first,
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
            backward(
                work, job, plan.depth, arena, offset(arena, plan.rows * stride), scratch, delta,
                offset(arena, plan.other_delta_row * stride), columns, samples,
            )  # fmt: skip

    return propagate
