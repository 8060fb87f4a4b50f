"""The gradient of a block of one layer's parameters, and their update while it is in the cache."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import PACKED
from fastdense.kernels.matmul import product_for
from fastdense.kernels.pointers import call, offset, record
from fastdense.kernels.tile import ACCUMULATE, ZERO
from fastdense.primitives import fma

WIDE = 16  # outputs from which the gradient of one sample is taken row by row


@cache
def update_for(kind):
    """`regularize` and `update` of the parameters from `first` on, given their gradient."""
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def regularize(plan, work, gradient, first, weights, count):
        """Penalties on the first `weights` of `count` parameters, then clipping by value."""
        parameters = offset(work.parameters, first)
        if plan.l1 != 0.0 or plan.l2 != 0.0:
            l1, twice_l2 = cast(plan.l1), cast(2.0 * plan.l2)
            for i in range(weights):
                p = parameters[i]
                sign = cast(1) if p > 0 else (cast(-1) if p < 0 else cast(0))
                gradient[i] += l1 * sign + twice_l2 * p
        if plan.clip_value > 0.0:
            most = cast(plan.clip_value)
            for i in range(count):
                gradient[i] = min(max(gradient[i], -most), most)

    @njit(**NUMPY)
    def update(plan, work, gradient, first, count):
        """The optimizer's step for `count` parameters."""
        call(
            plan.optimizer,
            (
                offset(work.parameters, first),
                gradient,
                offset(work.parameters, plan.apart + first),
                count,
                plan.apart,
                work.scalars,
                plan.learning_rate == 0.0,
            ),
        )

    return regularize, update


@cache
def accumulate_for(kind):
    """`accumulate(work, member, block)`: a block of the gradient over all samples of the job.

    Each gradient is one chain over samples in ascending order; in a job that has begun it goes on
    from the samples before.
    """
    product = product_for(kind)
    regularize, update = update_for(kind)
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
    def accumulate(work, member, block):
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
        if job.update and not job.begun:
            # All of it is taken and used up here: it never leaves the cache.
            gradient = offset(work.scratch, member * plan.scratch + PACKED)
        parameters = offset(work.parameters, first)
        one = np.int64(1)
        arrays = np.int64(0)
        if job.update:
            arrays = 1 + plan.slots
        begun = job.begun
        arena = work.arena
        done = np.int64(0)
        while done < job.samples:
            inputs = offset(arena, (layer.input_row + row) * job.stride)
            delta = offset(arena, plan.rows * job.stride + layer.turned * job.columns)
            if job.stride == 1 and layer.n_out >= WIDE:
                outer(inputs, delta, gradient, rows, layer.n_out)
                break
            product(
                inputs, job.stride, one, delta, layer.turned_stride, gradient, layer.n_out,
                rows, layer.n_out, min(job.columns, job.samples - done),
                np.int64(ACCUMULATE if begun else ZERO), parameters,
                offset(work.scratch, member * plan.scratch), parameters, plan.apart, arrays,
            )  # fmt: skip
            begun = np.int64(1)
            arrays = np.int64(0)
            done += job.columns
            arena = offset(arena, plan.arena)
        if job.update:
            weights = min(rows, layer.n_in - row) * layer.n_out
            regularize(plan, work, gradient, first, weights, rows * layer.n_out)
            update(plan, work, gradient, first, rows * layer.n_out)

    return accumulate
