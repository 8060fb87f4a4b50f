"""The loss over all rows and the signals of every layer; measuring leaves the training alone."""

from collections import namedtuple
from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels import layout
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import DENSE, OBSERVING, PARTIAL_SUMS
from fastdense.kernels.pointers import offset, record
from fastdense.kernels.step import pad, run_backward, run_forward, step_for
from fastdense.kernels.sums import add_squared_differences, add_squares, clear, total

# Pointers to what is kept between the blocks of an observation: `slopes` holds 16 partial sums a
# layer, as `work.sizes` does, `alive` a flag a unit, `previous` the parameters before an update.
Notes = namedtuple("Notes", "previous updates alive slopes")


@njit(inline="never", **NUMPY)
def count_correct(kind, predictions, targets, outputs, samples, stride):
    """Right predictions among samples; counted per output where the outputs are binary."""
    correct = 0
    if kind == layout.LARGEST:
        for b in range(samples):
            best = 0
            truth = 0
            for o in range(1, outputs):
                if predictions[o * stride + b] > predictions[best * stride + b]:
                    best = o
                if targets[o * stride + b] > targets[truth * stride + b]:
                    truth = o
            correct += best == truth
    else:
        threshold = 0.5 if kind == layout.PROBABILITY else 0.0
        for o in range(outputs):
            for b in range(samples):
                i = o * stride + b
                correct += (predictions[i] > threshold) == (targets[i] > 0.5)
    return correct


@njit(inline="never", **NUMPY)
def measure_updates(work, notes):
    """Per layer, the norm of the update since `previous` over the norm of `previous`."""
    for index in range(work.depth):
        layer = record(work.layers, index)
        if layer.kind == DENSE:
            count = (layer.n_in + 1) * layer.n_out
            before = offset(notes.previous, layer.weights)
            after = offset(work.parameters, layer.weights)
            clear(work.partial)
            add_squares(before, count, work.partial)
            size = np.sqrt(total(work.partial))
            clear(work.partial)
            add_squared_differences(after, before, count, work.partial)
            notes.updates[index] = np.sqrt(total(work.partial)) / size


@njit(inline="never", **NUMPY)
def write_signals(plan, work, notes, row):
    """The signals of an observation into `row` (dense layers, SIGNALS)."""
    for index in range(work.depth):
        layer = record(work.layers, index)
        if layer.kind != DENSE:
            continue
        count = (layer.n_in + 1) * layer.n_out
        clear(work.partial)
        add_squares(offset(work.gradient, layer.weights), count, work.partial)
        row[layout.GRADIENT_NORM] = np.sqrt(total(work.partial))
        clear(work.partial)
        add_squares(offset(work.parameters, layer.weights), count, work.partial)
        row[layout.PARAMETER_NORM] = np.sqrt(total(work.partial))
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


@cache
def evaluation_for(kind):
    """`evaluate` and `observe`, one block of rows at a time, for float32 or float64."""
    load, lose, scale_delta, _ = step_for(kind)

    @njit(inline="never", **NUMPY)
    def evaluate(plan, state, work, rows, purpose):
        """Add the loss and accuracy of the next block of rows, in their own order."""
        stride = plan.block_stride
        samples = min(plan.block, rows.count - state.position)
        columns = pad(samples)
        no = np.int64(0)
        load(plan, work, rows, no, state.position, samples, columns, stride)
        run_forward(plan, state, work, stride, columns, samples, purpose, no)
        lose(plan, work, samples, stride, work.partial)
        if plan.accuracy != layout.NO_ACCURACY:
            final = record(work.layers, work.depth - 1)
            state.correct += count_correct(
                plan.accuracy,
                offset(work.arena, final.output_row * stride),
                offset(work.arena, plan.target_row * stride),
                plan.outputs,
                samples,
                stride,
            )
        state.position += samples
        return samples

    @njit(inline="never", **NUMPY)
    def note_activations(plan, work, notes, samples):
        stride = plan.block_stride
        for index in range(work.depth):
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
    def observe(plan, state, work, notes, rows):
        """Add the gradient and the notes of the next block of rows."""
        begun = np.int64(state.position > 0)
        if begun == 0:
            for i in range(plan.units):
                notes.alive[i] = 0
            for i in range(work.depth * PARTIAL_SUMS):
                notes.slopes[i] = 0.0
                work.sizes[i] = 0.0
        stride = plan.block_stride
        samples = evaluate(plan, state, work, rows, np.int64(OBSERVING))
        note_activations(plan, work, notes, samples)
        scale_delta(plan, work, samples, pad(samples), stride, rows.count)
        run_backward(plan, work, stride, pad(samples), samples, begun)

    return evaluate, observe
