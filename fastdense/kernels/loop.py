"""The one compiled training loop. It knows no architecture, activation, loss or optimizer.

A call goes on from `state` until its budget is spent; everything is in arrays, so Python may look,
stop or save between calls, and the bits do not depend on where the calls end.
"""

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.evaluation import Notes, evaluation_for, measure_updates, write_signals
from fastdense.kernels.layout import DONE, EVALUATE, OBSERVE, PREDICTING, SHUFFLE, STEP, VALIDATE
from fastdense.kernels.pointers import call, offset, record
from fastdense.kernels.records import layer_type, plan_type, state_type
from fastdense.kernels.samples import Rows, gather, shuffle
from fastdense.kernels.step import Work, pad, step_for
from fastdense.kernels.sums import clear, total

SHUFFLED_AT_ONCE = 1 << 20


@njit(**NUMPY)
def is_due(epoch, every, epochs):
    return every > 0 and (epoch % every == 0 or epoch == epochs)


@njit(**NUMPY)
def begin_phase(state):
    state.position = 0
    state.correct = 0


@njit(**NUMPY)
def begin_epoch(plan, state):
    begin_phase(state)
    state.phase = DONE if state.epoch == plan.epochs else SHUFFLE


@njit(**NUMPY)
def order_epoch(plan, state, order, given):
    """Go on with the order in which the coming epoch visits the samples; returns the effort."""
    if plan.order_rows > 0:
        first = state.epoch % plan.order_rows * plan.visits
        for i in range(plan.visits):
            order[i] = given[first + i]
        state.position = plan.visits
    elif plan.shuffle:
        state.position = shuffle(
            order, plan.visits, state.position, SHUFFLED_AT_ONCE, state.epoch + 1, plan.seed
        )
    else:  # the order of the rows, as it stood from the beginning
        state.position = plan.visits
    return 20 * min(plan.visits, SHUFFLED_AT_ONCE)


def train(kind):
    """The training loop for float32 or float64, and its signature: pointers to what the device
    arranges, a flag for sample weights, and the budget of the call.
    """
    step = step_for(kind)[-1]
    evaluate, observe = evaluation_for(kind)

    def train(plans, states, layers, parameters, gradient, slots, powers, scalars, arena,
              transposed, inputs, targets, weights, test_inputs, test_targets, given, order, losses,
              sample_weights, loss_hyper, optimizer_hyper, schedule_hyper, curves, signals, sums,
              previous, updates, alive, note_sums, depth, weighted, budget):  # fmt: skip
        # curves: (CURVES, evaluations), signals: (observations, dense layers, SIGNALS)
        plan = record(plans, 0)
        state = record(states, 0)
        work = Work(
            layers, depth, parameters, gradient, slots, powers, scalars, arena, transposed, order,
            losses, sample_weights, loss_hyper, optimizer_hyper, schedule_hyper, sums,
            offset(sums, layout.PARTIAL_SUMS), offset(note_sums, depth * layout.PARTIAL_SUMS),
        )  # fmt: skip
        notes = Notes(previous, updates, alive, note_sums)
        rows = Rows(inputs, targets, weights, weighted, plan.samples)
        test = Rows(test_inputs, test_targets, weights, np.int64(0), plan.test_samples)
        evaluations = plan.evaluations
        predicting = np.int64(PREDICTING)
        spent = 0
        while state.phase != DONE and spent < budget:
            if state.phase == SHUFFLE:
                spent += order_epoch(plan, state, work.order, given)
                if state.position >= plan.visits:
                    clear(work.running)
                    begin_phase(state)
                    state.phase = STEP
            elif state.phase == STEP:
                last = state.position + plan.batch >= plan.visits
                observed = last and is_due(state.epoch + 1, plan.observe_every, plan.epochs)
                if observed and state.done == 0:
                    for i in range(plan.parameters):
                        notes.previous[i] = work.parameters[i]
                updated = step(plan, state, work, rows)
                spent += plan.chunk_cost
                if updated and observed:
                    measure_updates(work, notes)
                if updated and last:
                    state.epoch += 1
                    clear(work.partial)
                    if is_due(state.epoch, plan.evaluate_every, plan.epochs):
                        running = layout.RUNNING_LOSS * evaluations + state.row
                        curves[running] = total(work.running) / plan.visits
                        begin_phase(state)
                        state.phase = EVALUATE
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        begin_phase(state)
                        state.phase = OBSERVE
                    else:
                        begin_epoch(plan, state)
            elif state.phase == EVALUATE:
                evaluate(plan, state, work, rows, predicting)
                spent += plan.block_cost
                if state.position == rows.count:
                    point = offset(curves, state.row)
                    point[layout.LOSS * evaluations] = total(work.partial) / rows.count
                    point[layout.ACCURACY * evaluations] = state.correct / rows.count
                    clear(work.partial)
                    begin_phase(state)
                    state.phase = VALIDATE
            elif state.phase == VALIDATE:
                if test.count > 0:
                    evaluate(plan, state, work, test, predicting)
                    spent += plan.block_cost
                if state.position == test.count:
                    point = offset(curves, state.row)
                    if test.count > 0:
                        point[layout.TEST_LOSS * evaluations] = total(work.partial) / test.count
                        point[layout.TEST_ACCURACY * evaluations] = state.correct / test.count
                    clear(work.partial)
                    state.row += 1
                    if not np.isfinite(point[layout.LOSS * evaluations]):
                        state.phase = DONE  # nothing that follows can change the outcome
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        begin_phase(state)
                        state.phase = OBSERVE
                    else:
                        begin_epoch(plan, state)
            else:
                observe(plan, state, work, notes, rows)
                spent += 4 * plan.block_cost
                if state.position == rows.count:
                    row = state.signal_row * plan.dense_layers * layout.SIGNALS
                    write_signals(plan, work, notes, offset(signals, row))
                    clear(work.partial)
                    state.signal_row += 1
                    begin_epoch(plan, state)

    pointer = types.CPointer
    ours, float64, int64 = pointer(kind), pointer(types.float64), pointer(types.int64)
    return train, types.void(
        *(pointer(t) for t in (plan_type, state_type, layer_type)),
        *(ours, ours, ours, float64, float64, ours, ours),
        *(ours, ours, float64, ours, ours, int64, int64, float64),
        *(float64, ours, float64, float64, float64, float64, float64),
        *(ours, float64, pointer(types.uint8), float64, types.int64, types.int64, types.int64),
    )


def predict(kind):
    """The forward pass of many rows, and its signature."""

    def predict(forward, layers, depth, parameters, arena, scratch, block, stride, inputs, count,
                outputs, unused_order, unused_sums):  # fmt: skip
        # inputs: (count, features), outputs: (count, n_out)
        entry = record(layers, 0)
        final = record(layers, depth - 1)
        no = np.int64(0)
        first = no
        while first < count:
            samples = min(block, count - first)
            columns = pad(samples)
            gather(
                inputs, entry.n_in, unused_order, no, first, samples, columns,
                offset(arena, entry.input_row * stride), stride,
            )  # fmt: skip
            call(
                forward,
                (
                    layers, depth, parameters, arena, scratch, stride, columns, samples,
                    np.int64(PREDICTING), no, no, no, unused_sums,
                ),
            )  # fmt: skip
            source = offset(arena, final.output_row * stride)
            place = offset(outputs, first * final.n_out)
            for b in range(samples):
                for o in range(final.n_out):
                    place[b * final.n_out + o] = source[o * stride + b]
            first += samples

    numbers, int64 = types.CPointer(kind), types.int64
    return predict, types.void(
        *(int64, types.CPointer(layer_type), int64, numbers, numbers, numbers),
        *(int64, int64, numbers, int64, numbers),
        *(types.CPointer(int64), types.CPointer(types.float64)),
    )
