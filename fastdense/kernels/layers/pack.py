"""A step of a pack: networks of one architecture side by side, one in each lane.

The same operations in the same order as for a network alone, so each has the same bits. Samples
stand where columns stand there, and a column is a row of lanes: parameters (size, lanes),
activations (features, samples, lanes). Each lane has an order of samples of its own.

The rows of ones, which the gradient of a bias takes as its input, and the weights of samples that
have none were written before.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import call, offset, record, stack_array
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.layers.dense import (
    pack_accumulate_for,
    pack_backward_for,
    pack_forward_for,
)
from fastdense.kernels.layout import (
    EVALUATING,
    LOAD,
    TRAINING,
    group_of,
)
from fastdense.kernels.linalg.transpose import make_gather
from fastdense.kernels.samples.accuracy import count_correct
from fastdense.kernels.samples.gather import NARROW


@njit(**NUMPY)
def first_of_draw(work, job, lane):
    """Where the rows begin on which a lane is trained or tested."""
    plan = record(work.plan, 0)
    return work.draws[lane] * (plan.test_samples if job.test else plan.samples)


@njit(**NUMPY)
def row_of(work, job, lanes, sample, lane):
    """The row that is a lane's sample of this number."""
    if job.ordered:
        sample = work.order[sample * lanes + lane]
    return first_of_draw(work, job, lane) + sample


@cache
def _gather_for(kind):
    """`gather(rows, width, work, job, first, samples, target, stride)`.

    Samples of `rows` (n, width): of each lane's draw, in the order of the lane or in that of rows.
    """
    group, square = group_of(kind), vector_length(kind.bitwidth)
    gather_whole, gather_part = (make_gather(kind, square, whole) for whole in (True, False))
    offsets_of_group = stack_array(group, types.int64)

    @njit(inline="never", **NUMPY)
    def gather_group(rows, width, work, job, group_first, first, samples, target, stride, lanes):
        offsets, starts = offsets_of_group(), offsets_of_group()
        order, ordered = offset(work.order, group_first), job.ordered
        for lane in range(group):
            starts[lane] = first_of_draw(work, job, group_first + lane)
        for b in range(samples):
            place = offset(target, b * lanes)
            for lane in range(group):
                sample = order[(first + b) * lanes + lane] if ordered else first + b
                offsets[lane] = (starts[lane] + sample) * width
            if width < NARROW:
                for i in range(width):
                    for lane in range(group):
                        place[i * stride + lane] = rows[offsets[lane] + i]
                continue
            for lane in range(0, group, square):
                for i in range(0, width, square):
                    source, corner = offset(rows, i), offset(place, i * stride + lane)
                    own = offset(offsets, lane)
                    if width - i >= square:
                        gather_whole(source, own, square, square, corner, stride)
                    else:
                        gather_part(source, own, square, width - i, corner, stride)

    @njit(inline="never", **NUMPY)
    def gather(rows, width, work, job, first, samples, target, stride):
        plan = record(work.plan, 0)
        lanes = plan.lanes
        if job.ordered or plan.draws > 1:
            for lane in range(0, lanes, group):
                place = offset(target, lane)
                gather_group(rows, width, work, job, lane, first, samples, place, stride, lanes)
            return
        for b in range(samples):
            for i in range(width):
                number = rows[(first + b) * width + i]
                place = offset(target, i * stride + b * lanes)
                for lane in range(lanes):
                    place[lane] = number

    return gather


@cache
def propagate_pack_for(kind):
    """`propagate(work, thread, chunk)`: a chunk of each lane's samples through its network."""
    cast = np.float32 if kind == types.float32 else np.float64
    gather = _gather_for(kind)
    dense_forward, dense_backward = pack_forward_for(kind), pack_backward_for(kind)

    @njit(**COLD)
    def load_targets(plan, job, work, place, first, samples, chunk_first):
        stride, lanes = job.stride, plan.lanes
        targets = work.test_targets if job.test else work.targets
        if plan.labels:
            for o in range(plan.outputs):
                for i in range(o * stride, o * stride + samples * lanes):
                    place[i] = cast(0)
            for b in range(samples):
                for lane in range(lanes):
                    label = targets[row_of(work, job, lanes, first + b, lane)]
                    if label >= 0 and label < plan.outputs:  # as in `gather_labels`
                        place[np.int64(label) * stride + b * lanes + lane] = cast(1)
                    else:
                        for o in range(plan.outputs):
                            place[o * stride + b * lanes + lane] = cast(np.nan)
        else:
            gather(targets, plan.outputs, work, job, first, samples, place, stride)
        if plan.weighted:
            weights = offset(work.sample_weights, chunk_first * lanes)
            for b in range(samples):
                for lane in range(lanes):
                    row = row_of(work, job, lanes, first + b, lane)
                    share = work.shares[lane] if job.purpose == TRAINING else 1.0
                    weights[b * lanes + lane] = 1.0 if job.test else work.weights[row] * share

    @njit(inline="never", **NUMPY)
    def forward(work, plan, job, arena, samples, place):
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.forward != 0:
                call(layer.forward, (work.table, index, arena, samples, place))
            else:
                dense_forward(work, job, layer, index, arena, samples, plan.lanes)

    @njit(inline="never", **NUMPY)
    def scale_delta(plan, job, work, delta, samples, chunk_first):
        # From the slope of each sample's loss to that of what is descended.
        factor, columns = job.factor, samples * plan.lanes
        weights = offset(work.sample_weights, chunk_first * plan.lanes)
        for o in range(plan.outputs):
            line = offset(delta, o * job.stride)
            if plan.weighted:
                for i in range(columns):
                    line[i] *= cast(weights[i] * factor)
            else:
                for i in range(columns):
                    line[i] *= cast(factor)

    @njit(inline="never", **NUMPY)
    def backward(work, plan, job, arena, delta, samples):
        for index in range(plan.depth - 1, -1, -1):
            layer = record(work.layers, index)
            below = offset(delta, -layer.n_in * job.stride)
            if layer.backward != 0:
                call(layer.backward, (work.table, index, arena, delta, below, samples))
            else:
                dense_backward(work, job, layer, arena, delta, below, samples, plan.lanes)
            if layer.own_delta:
                if not layer.needs_input_gradient:
                    return
                delta = below

    @njit(inline="never", **NUMPY)
    def load(work, plan, job, arena, first, samples, chunk_first):
        entry = record(work.layers, 0)
        inputs = work.test_inputs if job.test else work.inputs
        rows = offset(arena, entry.input_row * job.stride)
        if plan.augment != 0 and job.purpose == TRAINING:
            place = job.place + chunk_first
            call(plan.augment, (work.table, np.int64(0), first, place, samples, samples, rows))
        else:
            gather(inputs, entry.n_in, work, job, first, samples, rows, job.stride)
        targets = offset(arena, plan.target_row * job.stride)
        load_targets(plan, job, work, targets, first, samples, chunk_first)

    @njit(inline="never", **NUMPY)
    def propagate(work, thread, chunk):
        plan, job = record(work.plan, 0), record(work.job, 0)
        chunk_first, lanes = chunk * job.columns, plan.lanes
        first = job.first + chunk_first
        samples = min(job.columns, job.samples - chunk_first)
        stride = job.stride
        arena = offset(work.arena, chunk * plan.arena)
        if not job.loaded:
            load(work, plan, job, arena, first, samples, chunk_first)
        if job.task == LOAD:
            return
        final = record(work.layers, plan.depth - 1)
        forward(work, plan, job, arena, samples, job.place + chunk_first)
        outputs = offset(arena, final.output_row * stride)
        targets = offset(arena, plan.target_row * stride)
        delta = offset(arena, (plan.rows + final.unit) * stride)
        valued = job.purpose == EVALUATING or record(work.state, 0).summed != 0
        call(
            plan.loss,
            (
                outputs, targets, delta, offset(work.losses, chunk_first * lanes),
                work.loss_hyper, plan.outputs, samples * lanes, stride, valued,
            ),
        )  # fmt: skip
        if job.purpose != TRAINING and plan.accuracy != layout.NO_ACCURACY:
            count_correct(
                plan.accuracy, outputs, targets, plan.outputs, samples, stride,
                offset(work.correct, chunk * lanes), lanes,
            )  # fmt: skip
        if job.purpose >= TRAINING:
            scale_delta(plan, job, work, delta, samples, chunk_first)
            backward(work, plan, job, arena, delta, samples)

    return propagate


@cache
def accumulate_pack_for(kind):
    """`accumulate(work, thread, block)`: the gradient of one layer over all samples of the job."""
    cast = np.float32 if kind == types.float32 else np.float64
    dense = pack_accumulate_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def accumulate(work, thread, block):
        plan, job = record(work.plan, 0), record(work.job, 0)
        index = np.int64(0)
        while index + 1 < plan.depth and record(work.layers, index + 1).first_block <= block:
            index += 1
        layer = record(work.layers, index)
        continued, lanes, stride = job.continued, plan.lanes, job.stride
        gradient = offset(work.gradient, layer.weights * lanes)
        if layer.trained == 0:  # it is frozen
            for i in range(layer.size * lanes):
                gradient[i] = cast(0)
            return
        arena = work.arena
        done = np.int64(0)
        while done < job.samples:
            delta = offset(arena, (plan.rows + layer.unit) * stride)
            samples = min(job.columns, job.samples - done)
            if layer.accumulate != 0:
                call(
                    layer.accumulate,
                    (
                        work.table,
                        index,
                        arena,
                        delta,
                        stride,
                        lanes,
                        gradient,
                        samples,
                        continued,
                    ),
                )
            else:
                dense(job, layer, arena, delta, gradient, samples, continued, lanes)
            continued = np.int64(1)
            done += job.columns
            arena = offset(arena, plan.arena)
        if layer.accumulate == 0 and layer.trained < layer.size:
            for i in range(layer.trained * lanes, layer.size * lanes):  # a bias that is not used
                gradient[i] = cast(0)

    return accumulate
