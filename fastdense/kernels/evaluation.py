"""The loss over all rows and the signals of every layer; measuring leaves the training alone."""

from collections import namedtuple

import numpy as np
from numba import njit

from fastdense.kernels import layout
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import DENSE, PARTIAL_SUMS
from fastdense.kernels.pointers import offset, record
from fastdense.kernels.sums import add_squared_differences, add_squares, add_weighted, clear, total
from fastdense.kernels.team import affordable, dispatch

# Pointers to what is kept between the blocks of an observation: `slopes` holds 16 partial sums a
# layer, as `work.sizes` does, `alive` a flag a unit, `previous` the parameters before an update.
Notes = namedtuple("Notes", "previous updates alive slopes")


@njit(inline="never", **NUMPY)
def measure_updates(plan, work, notes, partial):
    """Per layer, the norm of the update since `previous` over the norm of `previous`."""
    for index in range(plan.depth):
        layer = record(work.layers, index)
        if layer.kind == DENSE:
            count = (layer.n_in + 1) * layer.n_out
            before = offset(notes.previous, layer.weights)
            after = offset(work.parameters, layer.weights)
            clear(partial)
            add_squares(before, count, partial)
            size = np.sqrt(total(partial))
            clear(partial)
            add_squared_differences(after, before, count, partial)
            notes.updates[index] = np.sqrt(total(partial)) / size


@njit(inline="never", **NUMPY)
def write_signals(plan, work, notes, partial, row):
    """The signals of an observation into `row` (dense layers, SIGNALS)."""
    for index in range(plan.depth):
        layer = record(work.layers, index)
        if layer.kind != DENSE:
            continue
        count = (layer.n_in + 1) * layer.n_out
        clear(partial)
        add_squares(offset(work.gradient, layer.weights), count, partial)
        row[layout.GRADIENT_NORM] = np.sqrt(total(partial))
        clear(partial)
        add_squares(offset(work.parameters, layer.weights), count, partial)
        row[layout.PARAMETER_NORM] = np.sqrt(total(partial))
        row[layout.UPDATE_RATIO] = notes.updates[index]
        dead = 0
        for o in range(layer.n_out):
            dead += notes.alive[layer.unit + o] == 0
        row[layout.DEAD_SHARE] = dead / layer.n_out
        values = plan.samples * layer.n_out
        slope = total(offset(notes.slopes, index * PARTIAL_SUMS)) / values
        # A coupled activation has no slope of its own.
        row[layout.MEAN_SLOPE] = np.nan if layer.differentiate != 0 else slope
        size = total(offset(work.sizes, index * PARTIAL_SUMS)) / values
        row[layout.MEAN_PREACTIVATION] = size
        row = offset(row, layout.SIGNALS)


@njit(**NUMPY)
def describe(plan, job, samples, first):
    """A job for the next samples of an evaluation, in the order of the rows."""
    job.task = layout.PROPAGATE
    job.ordered = 0
    job.first = first
    job.samples = samples
    job.place = 0
    job.columns = plan.block
    job.stride = plan.block_stride
    job.update = 0


@njit(inline="never", **NUMPY)
def evaluate(plan, state, work, team, test, partial, budget):
    """Add the loss and accuracy of the next blocks of rows, in their own order."""
    job = record(work.job, 0)
    count = plan.test_samples if test else plan.samples
    each = plan.parameters * plan.block
    blocks = affordable(plan, np.int64(0), plan.chunks, each, budget)
    samples = min(plan.block * blocks, count - state.position)
    describe(plan, job, samples, state.position)
    job.purpose = layout.EVALUATING
    job.test = test
    blocks = (samples + plan.block - 1) // plan.block
    dispatch(plan, work, team, np.int64(0), blocks)
    add_weighted(work.losses, work.sample_weights, samples, partial)
    for block in range(blocks):
        state.correct += work.correct[block]
    state.position += samples


@njit(inline="never", **NUMPY)
def note_activations(plan, work, notes, samples):
    stride = plan.block_stride
    for index in range(plan.depth):
        layer = record(work.layers, index)
        if layer.kind != DENSE:
            continue
        sums = offset(notes.slopes, index * PARTIAL_SUMS)
        outputs = offset(work.arena, layer.output_row * stride)
        slopes = offset(work.arena, layer.slope_row * stride)
        # Sample by sample, so that the order of the sum does not depend on the block.
        for b in range(samples):
            slope = 0.0
            for o in range(layer.n_out):
                slope += float(slopes[o * stride + b])
                if outputs[o * stride + b] != 0:
                    notes.alive[layer.unit + o] = 1
            sums[b % PARTIAL_SUMS] += slope


@njit(inline="never", **NUMPY)
def observe(plan, state, work, team, notes):
    """Add the gradient and the notes of the next block of rows."""
    job = record(work.job, 0)
    if state.position == 0:
        for i in range(plan.units):
            notes.alive[i] = 0
        for i in range(plan.depth * PARTIAL_SUMS):
            notes.slopes[i] = 0.0
            work.sizes[i] = 0.0
    samples = min(plan.block, plan.samples - state.position)
    describe(plan, job, samples, state.position)
    job.purpose = layout.OBSERVING
    job.test = 0
    job.count = plan.samples
    dispatch(plan, work, team, np.int64(0), np.int64(1))
    note_activations(plan, work, notes, samples)
    job.task = layout.ACCUMULATE
    job.begun = state.position > 0
    dispatch(plan, work, team, np.int64(0), plan.blocks)
    state.position += samples
