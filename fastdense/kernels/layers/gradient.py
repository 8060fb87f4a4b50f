"""The gradient of a block of one layer's parameters, and their update while it is in the cache."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layout import PACKED
from fastdense.kernels.linalg.gemm import product_for
from fastdense.kernels.linalg.thin import few_inputs_for, few_outputs_for
from fastdense.kernels.linalg.tile import ACCUMULATE, ZERO
from fastdense.numerics.primitives import fma

WIDE = 16  # outputs from which the gradient of one sample is taken row by row


@cache
def update_for(kind, packed):
    """`regularize`, `update` and `constrain` of parameters (count, lanes), given their gradient."""
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def regularize(plan, work, index, gradient, first, weights, count):
        """Penalties of a layer on the first `weights` of `count` parameters, then their clipping.

        The latter by value.
        """
        lanes = plan.lanes if packed else np.int64(1)
        parameters = offset(work.parameters, first * lanes)
        penalties = offset(work.penalties, (1 + 2 * index) * lanes)
        if plan.penalized:
            for i in range(weights):
                for lane in range(lanes):
                    l1, twice_l2 = penalties[lane], penalties[lanes + lane]
                    zero = type(l1)(0)
                    p, g = parameters[i * lanes + lane], gradient[i * lanes + lane]
                    sign = type(l1)(p > zero) - type(l1)(p < zero)
                    # A network without a penalty keeps the sign of a zero.
                    some = l1 != zero or twice_l2 != zero
                    gradient[i * lanes + lane] = g + (l1 * sign + twice_l2 * p) if some else g
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
        slots = offset(work.parameters, plan.apart + start)
        if packed:
            second, third = offset(slots, plan.apart), offset(slots, 2 * plan.apart)
            arrays = parameters, gradient, slots, second, third, count, work.scalars, work.held
            call(plan.optimizer, (arrays, plan.lanes))
        else:
            frozen = work.held[0] != 0
            call(
                plan.optimizer,
                (parameters, gradient, slots, count, plan.apart, work.scalars, frozen),
            )

    @njit(**COLD)
    def constrain(plan, work):
        """Scale the weights into each unit back to the norm that its layer allows."""
        lanes = plan.lanes if packed else np.int64(1)
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.max_norm == 0.0:
                continue
            for o in range(layer.n_out):
                for lane in range(lanes):
                    weights = offset(work.parameters, (layer.weights + o) * lanes + lane)
                    apart = layer.n_out * lanes
                    squares = 0.0
                    for i in range(layer.n_in):
                        w = float(weights[i * apart])
                        squares += w * w
                    norm = np.sqrt(squares)
                    if norm > layer.max_norm and work.held[lane] == 0:
                        factor = cast(layer.max_norm / norm)
                        for i in range(layer.n_in):
                            weights[i * apart] *= factor

    return regularize, update, constrain


@cache
def _add_up_for(kind):
    """`add_up(work, member, block, arena, count, begun)`: a block of the gradient.

    Each gradient is one chain over `count` samples in ascending order, whose chunks stand one
    behind the other at `arena`; where it has `begun` it goes on from the samples before.
    """
    product = product_for(kind)
    for_few_inputs, for_few_outputs = few_inputs_for(kind), few_outputs_for(kind)
    regularize, update, _ = update_for(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def outer(inputs, delta, gradient, rows, columns):
        # The gradient of one sample.
        for i in range(rows):
            x = inputs[i]
            line = offset(gradient, i * columns)
            for o in range(columns):
                line[o] = fma(x, delta[o], cast(0))

    @njit(inline="never", **NUMPY)
    def add_up(work, member, block, arena, count, begun):
        plan, job = record(work.plan, 0), record(work.job, 0)
        index = np.int64(0)
        while index + 1 < plan.depth and record(work.layers, index + 1).first_block <= block:
            index += 1
        layer = record(work.layers, index)
        row = (block - layer.first_block) * layer.block_rows
        # The row behind the weights is the bias: its input is one.
        rows = min(layer.block_rows, layer.n_in + 1 - row)
        first = layer.weights + row * layer.n_out
        gradient = offset(work.gradient, first)
        if job.update and not begun:
            # All of it is taken and used up here: it never leaves the cache.
            gradient = offset(work.scratch, member * plan.scratch + PACKED)
        parameters = offset(work.parameters, first)
        zero, one = np.int64(0), np.int64(1)
        arrays = zero
        if job.update:
            arrays = 1 + plan.slots
        if job.update and job.stride == 1 and plan.online != 0:
            # The gradient would be written, and read again, for nothing else.
            call(
                plan.online,
                (
                    parameters,
                    offset(work.arena, layer.input_row + row),
                    offset(work.arena, plan.rows + layer.turned),
                    rows,
                    layer.n_out,
                    offset(parameters, plan.apart),
                    plan.apart,
                    work.scalars,
                    work.held[0] != 0,
                ),
            )
            return
        done = np.int64(0)
        while done < count:
            inputs = offset(arena, (layer.input_row + row) * job.stride)
            delta = offset(arena, plan.rows * job.stride + layer.turned * job.columns)
            if job.stride == 1 and layer.n_out >= WIDE and not begun:
                outer(inputs, delta, gradient, rows, layer.n_out)
                break
            samples = min(job.columns, count - done)
            scratch = offset(work.scratch, member * plan.scratch)
            few = layer.few_outputs if job.stride > 1 else zero
            wide = layer.n_out - few
            if layer.few_inputs and job.stride > 1:
                for_few_inputs(
                    inputs, offset(arena, layer.delta_row * job.stride),
                    offset(arena, layer.slope_row * job.stride), job.stride, gradient,
                    rows, layer.n_out, samples, begun, scratch,
                )  # fmt: skip
            elif wide > 0:
                product(
                    inputs, job.stride, one, delta, layer.turned_stride, gradient, layer.n_out,
                    rows, wide, samples, np.int64(ACCUMULATE if begun else ZERO), parameters,
                    scratch, parameters, plan.apart, arrays,
                )  # fmt: skip
            if few > 0:
                delta = offset(arena, plan.rows * job.stride + layer.few_place * job.columns)
                for_few_outputs(
                    inputs, job.stride, delta, offset(gradient, wide), layer.n_out, rows, few,
                    samples, begun, scratch,
                )  # fmt: skip
            begun = one
            arrays = zero
            done += job.columns
            arena = offset(arena, plan.arena)
        if job.update:
            weights = min(rows, layer.n_in - row) * layer.n_out
            regularize(plan, work, index, gradient, first, weights, rows * layer.n_out)
            update(plan, work, gradient, first, rows * layer.n_out)

    return add_up


@cache
def accumulate_for(kind):
    """`accumulate(work, member, block)`: a block of the gradient over all samples of the job."""
    add_up = _add_up_for(kind)

    @njit(**NUMPY)
    def accumulate(work, member, block):
        job = record(work.job, 0)
        add_up(work, member, block, work.arena, job.samples, job.begun)

    return accumulate


@cache
def take_for(kind):
    """`take(work, member, chunk)`: the whole gradient over a chunk in the member's arena."""
    add_up = _add_up_for(kind)

    @njit(**NUMPY)
    def take(work, member, chunk):
        plan, job = record(work.plan, 0), record(work.job, 0)
        samples = min(job.columns, job.samples - chunk * job.columns)
        begun = np.int64(job.begun != 0 or chunk > 0)
        arena = offset(work.arena, member * plan.arena)
        for block in range(plan.blocks):
            add_up(work, member, block, arena, samples, begun)

    return take
