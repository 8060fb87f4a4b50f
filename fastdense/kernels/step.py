"""One mini-batch: all samples through the network, their gradient, and the update."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.gradient import update_for
from fastdense.kernels.layout import DENSE
from fastdense.kernels.pointers import call, call_float64, record
from fastdense.kernels.sums import add_squares, add_weighted, clear, total
from fastdense.kernels.team import dispatch


@njit(**NUMPY)
def begin_update(plan, state, work, schedule_hyper):
    """Prepare the optimizer's scalars for the coming update."""
    steps_per_epoch = (plan.visits + plan.batch - 1) // plan.batch
    epoch = state.step / steps_per_epoch
    factor = call_float64(plan.schedule, (epoch, float(plan.epochs), schedule_hyper))
    rate = plan.learning_rate * factor
    call(plan.advance, (rate, work.optimizer_hyper, work.powers, work.scalars))


@cache
def step_for(kind):
    """`step` for float32 or float64."""
    cast = np.float32 if kind == types.float32 else np.float64
    regularize, update = update_for(kind)

    @njit(inline="never", **NUMPY)
    def update_all(plan, work, partial):
        if plan.l1 != 0.0 or plan.l2 != 0.0 or plan.clip_value > 0.0:
            for index in range(plan.depth):
                layer = record(work.layers, index)
                if layer.kind == DENSE:
                    weights = layer.n_in * layer.n_out
                    regularize(plan, work, layer.weights, weights, weights + layer.n_out)
        if plan.clip_norm > 0.0:
            clear(partial)
            add_squares(work.gradient, plan.parameters, partial)
            norm = np.sqrt(total(partial))
            if norm > plan.clip_norm:
                factor = cast(plan.clip_norm / norm)
                for i in range(plan.parameters):
                    work.gradient[i] *= factor
        update(plan, work, np.int64(0), plan.parameters)

    @njit(**NUMPY)
    def step(plan, state, work, team, schedule_hyper, running, partial):
        """The next chunks of a mini-batch; an update after the last.

        Returns whether that was the last.
        """
        job = record(work.job, 0)
        count = min(plan.batch, plan.visits - state.position)
        samples = min(plan.columns * plan.chunks, count - state.done)
        last = state.done + samples == count
        job.task = layout.PROPAGATE
        job.purpose = layout.TRAINING
        job.test = 0
        job.ordered = 1
        job.first = state.position + state.done
        job.samples = samples
        job.place = state.done
        job.columns = plan.columns
        job.stride = plan.stride
        job.count = count
        job.begun = state.done > 0
        job.update = last and plan.update_by_block
        dispatch(plan, work, team, (samples + plan.columns - 1) // plan.columns)
        add_weighted(work.losses, work.sample_weights, samples, running)
        if last:
            begin_update(plan, state, work, schedule_hyper)
        job.task = layout.ACCUMULATE
        dispatch(plan, work, team, plan.blocks)
        if not last:
            state.done += samples
            return False
        if not plan.update_by_block:
            update_all(plan, work, partial)
        state.done = 0
        state.position += count
        state.step += 1
        return True

    return step
