"""The loss over all rows, and sums for the signals of every layer; the training is left alone."""

from collections import namedtuple
from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layout import PARTIAL_SUMS, SUM, SUMS
from fastdense.kernels.loop.team import affordable, dispatch
from fastdense.kernels.samples.sums import (
    add_squared_differences,
    add_squares,
    add_weighted,
    clear,
    total,
)

# Pointers to what is kept between the blocks of an observation: `slopes` holds 16 partial sums a
# layer, as `work.sizes` does, `alive` a flag a unit, `previous` the parameters before an update,
# `updates` two sums a layer: squares of `previous`, and of the update.
Notes = namedtuple("Notes", "previous updates alive slopes")


Evaluation = namedtuple("Evaluation", "evaluate observe measure_updates write_sums")


@cache
def evaluation_for(packed):
    """Functions that evaluate and observe one network or a pack."""

    @njit(**COLD)
    def measure_updates(plan, work, notes, partial):
        """Per layer, the squares of `previous` and those of the update since then."""
        lanes = plan.lanes if packed else np.int64(1)
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.activate != 0:
                count = layer.size
                before = offset(notes.previous, layer.weights * lanes)
                after = offset(work.parameters, layer.weights * lanes)
                updates = offset(notes.updates, 2 * index * lanes)
                clear(partial, lanes)
                add_squares(before, count, partial, lanes)
                for lane in range(lanes):
                    updates[lane] = total(partial, lane, lanes)
                clear(partial, lanes)
                add_squared_differences(after, before, count, partial, lanes)
                for lane in range(lanes):
                    updates[lanes + lane] = total(partial, lane, lanes)

    @njit(**COLD)
    def write_sums(plan, work, notes, partial, row):
        """The sums of an observation into `row` (dense layers, SUMS, lanes)."""
        lanes = plan.lanes if packed else np.int64(1)
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.activate == 0:
                continue
            count = layer.size
            clear(partial, lanes)
            add_squares(offset(work.gradient, layer.weights * lanes), count, partial, lanes)
            for lane in range(lanes):
                row[SUM.gradient_squares * lanes + lane] = total(partial, lane, lanes)
            clear(partial, lanes)
            add_squares(offset(work.parameters, layer.weights * lanes), count, partial, lanes)
            for lane in range(lanes):
                row[SUM.parameter_squares * lanes + lane] = total(partial, lane, lanes)
                updates = offset(notes.updates, 2 * index * lanes + lane)
                row[SUM.earlier_squares * lanes + lane] = updates[0]
                row[SUM.update_squares * lanes + lane] = updates[lanes]
                dead = 0
                for o in range(layer.units):  # dead at all places of an image
                    alive, place = False, o
                    while place < layer.n_out:
                        alive |= notes.alive[(layer.unit + place) * lanes + lane] != 0
                        place += layer.units
                    dead += not alive
                row[SUM.dead_units * lanes + lane] = dead
                first = index * PARTIAL_SUMS * lanes
                slopes = total(offset(notes.slopes, first), lane, lanes)
                # A coupled activation has no slope of its own.
                row[SUM.slopes * lanes + lane] = np.nan if layer.differentiate != 0 else slopes
                sizes = total(offset(work.sizes, first), lane, lanes)
                row[SUM.preactivations * lanes + lane] = sizes
            row = offset(row, SUMS * lanes)

    @njit(**NUMPY)
    def describe(plan, state, job, samples):
        """A job for the next samples of an evaluation, in the order of the rows."""
        job.task = layout.PROPAGATE
        job.loaded = state.loaded = 0
        job.ordered = 0
        job.first = state.position
        job.samples = samples
        job.place = 0
        job.columns = plan.block
        job.stride = plan.block_stride
        job.update = 0
        job.in_rows = 0

    @njit(**COLD)
    def evaluate(plan, state, work, team, test, partial, budget):
        """Add the loss and accuracy of the next blocks of rows, in their own order."""
        lanes = plan.lanes if packed else np.int64(1)
        job = record(work.job, 0)
        if state.position == 0:
            for lane in range(lanes):
                work.hits[lane] = 0
        count = plan.test_samples if test else plan.samples
        each = plan.products * plan.block * lanes
        most = affordable(plan, np.int64(0), plan.chunks, each, budget)
        samples = min(plan.block * most, count - state.position)
        blocks = (samples + plan.block - 1) // plan.block
        # A full batch in the order of the rows stands in the arena as a training step left it.
        batch = plan.fixed and plan.order_rows == 0 and samples == plan.visits and not test
        whole = batch and blocks == 1 and plan.block_stride == plan.stride
        loaded = whole and state.loaded
        describe(plan, state, job, samples)
        job.loaded, state.loaded = loaded, whole
        job.purpose = layout.EVALUATING
        job.test = test
        dispatch(plan, work, team, np.int64(0), blocks)
        add_weighted(work.losses, work.sample_weights, samples, state.position, partial, lanes)
        for block in range(blocks):
            for lane in range(lanes):
                work.hits[lane] += work.correct[block * lanes + lane]
        state.position += samples

    @njit(**COLD)
    def note_activations(plan, work, notes, samples, first):
        lanes = plan.lanes if packed else np.int64(1)
        stride = plan.block_stride
        for index in range(plan.depth):
            layer = record(work.layers, index)
            if layer.activate == 0:
                continue
            sums = offset(notes.slopes, index * PARTIAL_SUMS * lanes)
            outputs = offset(work.arena, layer.output_row * stride)
            slopes = offset(work.arena, layer.slope_row * stride)
            # Sample by sample, so that the order of the sum does not depend on the block.
            for b in range(samples):
                for lane in range(lanes):
                    column = b * lanes + lane
                    slope = 0.0
                    for o in range(layer.n_out):
                        slope += float(slopes[o * stride + column])
                        if outputs[o * stride + column] != 0:
                            notes.alive[(layer.unit + o) * lanes + lane] = 1
                    sums[(first + b) % PARTIAL_SUMS * lanes + lane] += slope

    @njit(**COLD)
    def observe(plan, state, work, team, notes):
        """Add the gradient and the notes of the next block of rows."""
        lanes = plan.lanes if packed else np.int64(1)
        job = record(work.job, 0)
        if state.position == 0:
            if state.accumulated > 0:  # to go on after the observation
                for i in range(plan.parameters * lanes):
                    notes.previous[i] = work.gradient[i]
            for i in range(plan.units * lanes):
                notes.alive[i] = 0
            for i in range(plan.depth * PARTIAL_SUMS * lanes):
                notes.slopes[i] = 0.0
                work.sizes[i] = 0.0
        samples = min(plan.block, plan.samples - state.position)
        describe(plan, state, job, samples)
        job.purpose = layout.OBSERVING
        job.test = 0
        job.factor = plan.slope_factor / plan.samples
        dispatch(plan, work, team, np.int64(0), np.int64(1))
        note_activations(plan, work, notes, samples, state.position)
        job.task = layout.ACCUMULATE
        job.continued = state.position > 0
        dispatch(plan, work, team, np.int64(0), plan.blocks)
        state.position += samples

    return Evaluation(evaluate, observe, measure_updates, write_sums)
