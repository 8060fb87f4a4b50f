"""One mini-batch: all samples through the network, their gradient, and the update."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, call_float64, offset, record
from fastdense.kernels.layers.gradient import update_for
from fastdense.kernels.loop.batch import batch_for
from fastdense.kernels.loop.team import affordable, dispatch
from fastdense.kernels.samples.sums import add_squares, add_weighted, clear, total

UPDATE_EFFORT = 8  # of a parameter, in multiply-adds


@cache
def step_for(kind, packed):
    """`step` for float32 or float64, for one network or a pack."""
    cast = np.float32 if kind == types.float32 else np.float64
    regularize, update, constrain = update_for(kind, packed)
    begin_batch = batch_for(kind, packed)

    @njit(**NUMPY)
    def begin_update(plan, state, work, schedule_hyper):
        """Prepare the optimizer's scalars for the coming update."""
        epoch = state.step / plan.steps_per_epoch
        factor = call_float64(plan.schedule, (epoch, float(plan.epochs), schedule_hyper))
        hyper, powers, scalars = work.optimizer_hyper, work.powers, work.scalars
        if packed:
            call(plan.advance, (factor, work.rates, hyper, powers, scalars, plan.lanes))
        else:
            call(plan.advance, (work.rates[0] * factor, hyper, powers, scalars))

    @njit(inline="never", **NUMPY)
    def update_all(plan, work, partial):
        lanes = plan.lanes if packed else np.int64(1)
        if plan.penalized or plan.clipped:
            for index in range(plan.depth):
                layer = record(work.layers, index)
                if layer.size > 0:
                    gradient = offset(work.gradient, layer.weights * lanes)
                    first, weights, count = layer.weights, layer.penalized, layer.size
                    regularize(plan, work, index, gradient, first, weights, count)
        if plan.bounded:
            first = np.int64(0)
            for part in range(max(plan.bounded_arrays, np.int64(1))):
                end = work.ends[part] if plan.bounded_arrays > 0 else plan.parameters
                clear(partial, lanes)
                add_squares(offset(work.gradient, first * lanes), end - first, partial, lanes)
                for lane in range(lanes):
                    most = record(work.networks, lane).clip_norm
                    norm = np.sqrt(total(partial, lane, lanes))
                    if most > 0.0 and norm > most:
                        factor = cast(most / norm)
                        for i in range(first, end):
                            work.gradient[i * lanes + lane] *= factor
                first = end
        first = np.int64(0)
        if plan.kept_up:
            for index in range(plan.depth):
                layer = record(work.layers, index)
                if layer.trained < layer.size:
                    end = layer.weights + layer.trained
                    update(plan, work, offset(work.gradient, first * lanes), first, end - first)
                    first = layer.weights + layer.size
        rest = plan.parameters - first
        update(plan, work, offset(work.gradient, first * lanes), first, rest)

    @njit(inline="never", **NUMPY)
    def step_unrolled(plan, state, work, schedule_hyper):
        """The whole mini-batch by a kernel that was compiled for this network."""
        job = record(work.job, 0)
        whole = plan.fixed and job.samples == plan.visits
        if not (whole and state.loaded):
            job.loaded = 0
            job.task = layout.LOAD
            call(plan.work, (work.table, np.int64(0), np.int64(0), np.int64(1)))
        state.loaded = whole
        begin_update(plan, state, work, schedule_hyper)
        inputs = offset(work.arena, record(work.layers, 0).input_row * plan.stride)
        targets = offset(work.arena, plan.target_row * plan.stride)
        call(
            plan.unrolled,
            (
                work.parameters, plan.slot_stride, inputs, targets, plan.stride, work.scalars,
                work.frozen, work.loss_hyper, job.factor, plan.lanes,
            ),
        )  # fmt: skip

    @njit(**NUMPY)
    def step(plan, state, work, team, schedule_hyper, running, partial, budget):
        """Go on with a mini-batch for about `budget`; returns the effort.

        Its next samples pass through the network chunk by chunk, and then all of them together
        through the gradient, block by block; after the last of the batch comes the update.
        """
        job = record(work.job, 0)
        lanes = plan.lanes if packed else np.int64(1)
        count = min(plan.batch, plan.visits - state.position)
        samples = min(plan.columns * plan.chunks, count - state.done)
        chunks = (samples + plan.columns - 1) // plan.columns
        last = state.done + samples == count
        job.purpose = layout.TRAINING
        job.test = 0
        job.ordered = 1
        job.first = state.position + state.done
        job.samples = samples
        job.place = state.done
        job.columns = plan.columns
        job.stride = plan.stride
        job.factor = plan.slope_factor / count if plan.sum_factor == 0.0 else plan.sum_factor
        if plan.by_weight:
            job.factor = 1.0 / count
        job.factor /= plan.accumulate
        job.continued = state.done > 0 or state.accumulated > 0
        job.in_rows = not packed and samples <= plan.in_rows
        updates = last and state.accumulated + 1 == plan.accumulate
        job.update = updates and plan.update_by_block
        spent = 0
        # Values of the losses are found on the usual way only; there go shorter batches, too, and
        # those that are cut into chunks.
        if packed and plan.unrolled != 0 and not state.summed and samples == plan.batch:
            if state.unit == 0:
                step_unrolled(plan, state, work, schedule_hyper)
                state.position += count
                state.step += 1
                return plan.parameters * (3 * count + UPDATE_EFFORT) * lanes
        if (plan.by_weight or plan.keep_penalties) and state.unit == 0:
            begin_batch(plan, state, work, count, partial)
        if state.unit < chunks:
            products = np.int64(3) if plan.in_turn else np.int64(2)
            each = products * plan.products * plan.columns * lanes
            end = affordable(plan, state.unit, chunks, each, budget)
            job.task = layout.IN_TURN if plan.in_turn else layout.PROPAGATE
            # A full batch that stays in one chunk need not be gathered again.
            whole = plan.fixed and chunks == 1 and samples == plan.visits and not job.in_rows
            job.loaded = whole and state.loaded
            state.loaded = whole
            units = end
            if plan.in_turn and end == chunks and updates:
                begin_update(plan, state, work, schedule_hyper)
                units += job.update  # the update is one more, block by block behind the gradient
            dispatch(plan, work, team, state.unit, units)
            # The same for the same work, however it is cut, for strategies are compared by it.
            passed = min(end * plan.columns, samples) - state.unit * plan.columns
            spent = products * plan.products * passed * lanes
            if plan.in_turn and end == chunks and updates:
                spent += plan.parameters * UPDATE_EFFORT
            state.unit = end
            if end == chunks:
                if state.summed:
                    weights = work.sample_weights
                    add_weighted(work.losses, weights, samples, state.done, running, lanes)
                if updates and not plan.in_turn:
                    begin_update(plan, state, work, schedule_hyper)
            if end < chunks or spent > budget:
                return spent
        if not plan.in_turn:
            begin = state.unit - chunks
            effort = plan.products * samples * lanes
            if updates:
                effort += plan.parameters * UPDATE_EFFORT * lanes
            end = affordable(plan, begin, plan.blocks, effort // plan.blocks, budget - spent)
            job.task = layout.ACCUMULATE
            dispatch(plan, work, team, begin, end)
            spent += effort * end // plan.blocks - effort * begin // plan.blocks
            if end < plan.blocks:
                state.unit = chunks + end
                return spent
        state.unit = 0
        state.done += samples
        if last:
            state.accumulated += 1
            if updates:
                if not plan.update_by_block:
                    update_all(plan, work, partial)
                if plan.constrained:
                    constrain(plan, work)
                state.accumulated = 0
            state.done = 0
            state.position += count
            state.step += 1
        return spent

    return step
