"""One mini-batch: samples to columns, forward, loss, backward, penalties, clipping, update."""

from collections import namedtuple
from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import COLUMN_MULTIPLE, DENSE, TRAINING
from fastdense.kernels.pointers import call, call_float64, offset, record
from fastdense.kernels.samples import gather, gather_labels
from fastdense.kernels.sums import add_squares, add_weighted, clear, total

# Pointers to everything that a step reads and writes besides the data; shapes in devices/cpu.py.
Work = namedtuple(
    "Work",
    "layers depth parameters gradient slots powers scalars arena transposed order losses "
    "sample_weights loss_hyper optimizer_hyper schedule_hyper running partial sizes",
)


@njit(**NUMPY)
def pad(count):
    return (count + COLUMN_MULTIPLE - 1) // COLUMN_MULTIPLE * COLUMN_MULTIPLE


@njit(**NUMPY)
def run_forward(plan, state, work, stride, columns, samples, purpose, first):
    """The linked forward pass over what is in the arena."""
    call(
        plan.forward,
        (
            work.layers, work.depth, work.parameters, work.arena, work.transposed, stride, columns,
            samples, purpose, first, plan.seed, state.step, work.sizes,
        ),
    )  # fmt: skip


@njit(**NUMPY)
def run_backward(plan, work, stride, columns, samples, accumulate):
    """The linked backward pass from the delta rows to the gradient."""
    call(
        plan.backward,
        (
            work.layers, work.depth, work.parameters, work.gradient, work.arena, work.transposed,
            offset(work.arena, plan.delta_row * stride),
            offset(work.arena, plan.other_delta_row * stride),
            stride, columns, samples, accumulate,
        ),
    )  # fmt: skip


@cache
def step_for(kind):
    """`load`, `lose`, `scale_delta` and `step` for float32 or float64."""
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def load(plan, work, rows, ordered, first, samples, columns, stride):
        """Samples first .. first + samples, of the order or of the rows, into the arena."""
        entry = record(work.layers, 0)
        gather(
            rows.inputs, entry.n_in, work.order, ordered, first, samples, columns,
            offset(work.arena, entry.input_row * stride), stride,
        )  # fmt: skip
        place = offset(work.arena, plan.target_row * stride)
        if plan.labels:
            gather_labels(
                rows.targets, plan.outputs, work.order, ordered, first, samples, columns,
                place, stride,
            )  # fmt: skip
        else:
            gather(
                rows.targets, plan.outputs, work.order, ordered, first, samples, columns,
                place, stride,
            )  # fmt: skip
        if rows.weighted:
            for b in range(samples):
                row = work.order[first + b] if ordered else first + b
                work.sample_weights[b] = rows.weights[row]
        else:
            for b in range(samples):
                work.sample_weights[b] = 1.0

    @njit(**NUMPY)
    def lose(plan, work, samples, stride, partial):
        """The loss of every sample, summed into `partial`; its slope into the delta rows."""
        final = record(work.layers, work.depth - 1)
        call(
            plan.loss,
            (
                offset(work.arena, final.output_row * stride),
                offset(work.arena, plan.target_row * stride),
                offset(work.arena, plan.delta_row * stride),
                work.losses,
                work.loss_hyper,
                plan.outputs,
                samples,
                stride,
            ),
        )
        add_weighted(work.losses, work.sample_weights, samples, partial)

    @njit(**NUMPY)
    def scale_delta(plan, work, samples, columns, stride, count):
        """From the slope of each sample's loss to that of the weighted mean over `count`."""
        factor = plan.slope_factor / count
        for o in range(plan.outputs):
            delta = offset(work.arena, (plan.delta_row + o) * stride)
            for b in range(samples):
                delta[b] *= cast(work.sample_weights[b] * factor)
            # Padding is zero, so that nothing grows in columns that no result reads.
            for b in range(samples, columns):
                delta[b] = cast(0)

    @njit(inline="never", **NUMPY)
    def penalize(plan, work):
        l1, twice_l2 = cast(plan.l1), cast(2.0 * plan.l2)
        for index in range(work.depth):
            layer = record(work.layers, index)
            if layer.kind == DENSE:
                first = layer.weights
                for i in range(first, first + layer.n_in * layer.n_out):
                    p = work.parameters[i]
                    sign = cast(1) if p > 0 else (cast(-1) if p < 0 else cast(0))
                    work.gradient[i] += l1 * sign + twice_l2 * p

    @njit(inline="never", **NUMPY)
    def clip(plan, work):
        if plan.clip_value > 0.0:
            most = cast(plan.clip_value)
            for i in range(plan.parameters):
                work.gradient[i] = min(max(work.gradient[i], -most), most)
        if plan.clip_norm > 0.0:
            clear(work.partial)
            add_squares(work.gradient, plan.parameters, work.partial)
            norm = np.sqrt(total(work.partial))
            if norm > plan.clip_norm:
                factor = cast(plan.clip_norm / norm)
                for i in range(plan.parameters):
                    work.gradient[i] *= factor

    @njit(**NUMPY)
    def step(plan, state, work, rows):
        """The next chunk of a mini-batch, at most `plan.columns` samples; an update after the last.

        Returns whether that was the last.
        """
        stride = plan.stride
        count = min(plan.batch, plan.visits - state.position)
        samples = min(plan.columns, count - state.done)
        columns = pad(samples)
        # np.int64(1), not a literal: numba compiles a function anew for each literal it is given.
        yes, training = np.int64(1), np.int64(TRAINING)
        load(plan, work, rows, yes, state.position + state.done, samples, columns, stride)
        run_forward(plan, state, work, stride, columns, samples, training, state.done)
        lose(plan, work, samples, stride, work.running)
        scale_delta(plan, work, samples, columns, stride, count)
        run_backward(plan, work, stride, columns, samples, state.done)
        state.done += samples
        if state.done < count:
            return False
        state.done = 0
        if plan.l1 != 0.0 or plan.l2 != 0.0:
            penalize(plan, work)
        if plan.clip_value > 0.0 or plan.clip_norm > 0.0:
            clip(plan, work)
        steps_per_epoch = (plan.visits + plan.batch - 1) // plan.batch
        epoch = state.step / steps_per_epoch
        factor = call_float64(plan.schedule, (epoch, float(plan.epochs), work.schedule_hyper))
        call(
            plan.optimizer,
            (
                work.parameters,
                work.gradient,
                work.slots,
                plan.parameters,
                plan.parameters,
                plan.learning_rate * factor,
                work.optimizer_hyper,
                work.powers,
                work.scalars,
                plan.learning_rate == 0.0,
            ),
        )
        state.position += count
        state.step += 1
        return True

    return load, lose, scale_delta, step
