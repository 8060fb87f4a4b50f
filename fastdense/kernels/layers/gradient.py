"""The gradient of a block of one layer's parameters, and their update while it is in the cache."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layers import dense as dense_layers
from fastdense.kernels.layout import PACKED


@cache
def update_for(kind, packed):
    """`regularize`, `update` and `constrain` of parameters (count, lanes), given their gradient."""
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def regularize(plan, work, index, gradient, first, weights, count):
        """Penalties of a layer on `count` parameters, the first of them weights; then clipping.

        The latter by value.
        """
        lanes = plan.lanes if packed else np.int64(1)
        parameters = offset(work.parameters, first * lanes)
        penalties = offset(work.penalties, (1 + 4 * index) * lanes)
        for part in range(2 if plan.penalized else 0):  # the weights, and the rest
            begin, end = (weights, count) if part else (np.int64(0), weights)
            own = offset(penalties, 2 * part * lanes)
            for i in range(begin, end):
                for lane in range(lanes):
                    l1, twice_l2 = own[lane], own[lanes + lane]
                    zero = type(l1)(0)
                    p, g = parameters[i * lanes + lane], gradient[i * lanes + lane]
                    sign = type(l1)(p > zero) - type(l1)(p < zero)
                    # A network without a penalty keeps the sign of a zero.
                    some = l1 != zero or twice_l2 != zero
                    pull = (l1 * sign + twice_l2 * p) * work.penalty_shares[lane]
                    gradient[i * lanes + lane] = g + pull if some else g
        if plan.clipped:
            for i in range(count):
                for lane in range(lanes):
                    most, g = work.penalties[lane], gradient[i * lanes + lane]
                    gradient[i * lanes + lane] = min(max(g, -most), most) if most > 0 else g

    @njit(**NUMPY)
    def update(plan, work, gradient, first, count):
        """The optimizer's step for `count` parameters."""
        start = first * plan.lanes
        parameters = offset(work.parameters, start)
        slots = offset(work.parameters, plan.slot_stride + start)
        if packed:
            second, third = offset(slots, plan.slot_stride), offset(slots, 2 * plan.slot_stride)
            arrays = parameters, gradient, slots, second, third, count, work.scalars, work.frozen
            call(plan.optimizer, (arrays, plan.lanes))
        else:
            frozen = work.frozen[0] != 0
            call(
                plan.optimizer,
                (parameters, gradient, slots, count, plan.slot_stride, work.scalars, frozen),
            )

    @njit(**COLD)
    def constrain(plan, work):
        """Scale the weights into each unit back to the norm that its layer allows."""
        lanes = plan.lanes if packed else np.int64(1)
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.max_norm == 0.0:
                continue
            for o in range(layer.units):
                for lane in range(lanes):
                    weights = offset(work.parameters, (layer.weights + o) * lanes + lane)
                    row_stride = layer.units * lanes
                    squares = 0.0
                    for i in range(layer.fan_in):
                        w = float(weights[i * row_stride])
                        squares += w * w
                    norm = np.sqrt(squares)
                    if norm > layer.max_norm and work.frozen[lane] == 0:
                        factor = cast(layer.max_norm / norm)
                        for i in range(layer.fan_in):
                            weights[i * row_stride] *= factor

    return regularize, update, constrain


@njit(**NUMPY)
def _layer_of(work, block):
    """The number of the layer that a block of the gradient belongs to."""
    depth, index = record(work.plan, 0).depth, np.int64(0)
    while index + 1 < depth and record(work.layers, index + 1).first_block <= block:
        index += 1
    return index


@njit(**NUMPY)
def _extent(layer, block):
    """Where the parameters of a block begin, and how many there are; weights, biases not trained.

    The row behind the weights is the bias: its input is one.
    """
    if layer.accumulate != 0:  # a linked layer is a single block
        return layer.weights, layer.trained, layer.penalized, np.int64(0)
    row = (block - layer.first_block) * layer.block_rows
    rows = min(layer.block_rows, layer.n_in + 1 - row)
    kept = np.int64(0)  # numbers of biases that stay as they are
    if layer.trained < layer.size and row + rows > layer.n_in:
        kept = layer.n_out
    first, numbers = layer.weights + row * layer.n_out, rows * layer.n_out
    return first, numbers, min(rows, layer.n_in - row) * layer.n_out, kept


@cache
def _add_up_for(kind):
    """`add_up(work, thread, block, arena, count, continued, updates)`: a block of the gradient.

    Each gradient is one chain over `count` samples in ascending order, whose chunks stand one
    behind the other at `arena`; where it has `continued` it goes on from the samples before. If it
    `updates`, these were the last, and the parameters follow.
    """
    cast = np.float32 if kind == types.float32 else np.float64
    dense = dense_layers.accumulate_for(kind)
    regularize, update, _ = update_for(kind, False)

    @njit(inline="never", **NUMPY)
    def add_up(work, thread, block, arena, count, continued, updates):
        plan, job = record(work.plan, 0), record(work.job, 0)
        index = _layer_of(work, block)
        layer = record(work.layers, index)
        if layer.trained == 0:  # it is frozen
            if block == layer.first_block and not updates:
                for i in range(layer.size):
                    work.gradient[layer.weights + i] = cast(0)
            return
        row = (block - layer.first_block) * layer.block_rows
        rows = min(layer.block_rows, layer.n_in + 1 - row)
        first, numbers, weights, kept = _extent(layer, block)
        gradient = offset(work.gradient, first)
        if updates and not continued:
            # All of it is taken and used up here: it never leaves the cache.
            gradient = offset(work.scratch, thread * plan.scratch + PACKED)
        zero, one = np.int64(0), np.int64(1)
        arrays = zero
        if updates:
            arrays = 1 + plan.slots
        if updates and job.stride == 1 and plan.online != 0 and layer.accumulate == 0:
            # The gradient would be written, and read again, for nothing else.
            taught = rows if layer.trained == layer.size else min(rows, layer.n_in - row)
            dense_layers.update_online(work, plan, layer, row, taught)
            return
        done = np.int64(0)
        while done < count:
            samples = min(job.columns, count - done)
            if layer.accumulate != 0:
                place = plan.rows * job.stride + layer.transposed * job.columns
                delta = offset(arena, place)
                call(
                    layer.accumulate,
                    (
                        work.table,
                        index,
                        arena,
                        delta,
                        one,
                        layer.n_out,
                        gradient,
                        samples,
                        continued,
                    ),
                )
            else:
                dense(work, thread, layer, row, rows, arena, gradient, samples, continued, arrays)
            continued = one
            arrays = zero
            done += job.columns
            arena = offset(arena, plan.arena)
        if layer.accumulate == 0 and layer.trained < layer.size and weights < numbers:
            for i in range(weights, numbers):  # a bias that is not used
                gradient[i] = cast(0)
        if updates:
            regularize(plan, work, index, gradient, first, weights, numbers)
            update(plan, work, gradient, first, numbers - kept)

    return add_up


@cache
def accumulate_for(kind):
    """`accumulate(work, thread, block)`: a block of the gradient over all samples of the job."""
    add_up = _add_up_for(kind)

    @njit(**NUMPY)
    def accumulate(work, thread, block):
        job = record(work.job, 0)
        add_up(work, thread, block, work.arena, job.samples, job.continued, job.update)

    return accumulate


@cache
def take_for(kind):
    """`take(work, thread, chunk, block)`: a block of it over a chunk in the thread's arena."""
    add_up = _add_up_for(kind)

    @njit(**NUMPY)
    def take(work, thread, chunk, block):
        plan, job = record(work.plan, 0), record(work.job, 0)
        samples = min(job.columns, job.samples - chunk * job.columns)
        continued, no = np.int64(job.continued != 0 or chunk > 0), np.int64(0)
        arena = offset(work.arena, thread * plan.arena)
        add_up(work, thread, block, arena, samples, continued, no)

    return take


@cache
def apply_for(kind):
    """`apply(work, block)`: the update of a block of parameters, whose gradient is written."""
    regularize, update, _ = update_for(kind, False)

    @njit(inline="never", **NUMPY)
    def apply(work, block):
        plan, index = record(work.plan, 0), _layer_of(work, block)
        layer = record(work.layers, index)
        if layer.trained > 0:
            first, numbers, weights, kept = _extent(layer, block)
            gradient = offset(work.gradient, first)
            regularize(plan, work, index, gradient, first, weights, numbers)
            update(plan, work, gradient, first, numbers - kept)

    return apply
