"""The one compiled training loop. It knows no architecture, activation, loss or optimizer.

A call goes on from `state` until its budget is spent; everything is in arrays, so Python may look,
stop or save between calls, and the bits do not depend on where the calls end.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.evaluation import Notes, evaluation_for, measure_updates, write_signals
from fastdense.kernels.layout import DONE, EVALUATE, OBSERVE, PREDICTING, SHUFFLE, STEP, VALIDATE
from fastdense.kernels.matmul import FLOATS
from fastdense.kernels.pointers import at, call, offset, record
from fastdense.kernels.samples import Rows, gather, shuffle
from fastdense.kernels.step import Work, pad, step_for
from fastdense.kernels.sums import clear, total

NUMPY = {"error_model": "numpy", "nogil": True}
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


@cache
def program_for(dtype):
    """The training program of a dtype, for its one signature: `(train, signature)`."""
    kind = FLOATS[dtype]
    step = step_for(kind)[-1]
    evaluate, observe = evaluation_for(kind)

    def train(plans, states, layers, parameters, gradient, slots, powers, scalars, arena,
              transposed, inputs, targets, weights, test_inputs, test_targets, orders,
              order, losses, sample_weights, loss_hyper, optimizer_hyper, schedule_hyper,
              curve_rows, signals, sums, previous, updates, alive, note_sums, budget):  # fmt: skip
        plan = record(at(plans, 0), 0)
        state = record(at(states, 0), 0)
        work = Work(
            at(layers, 0), layers.size, at(parameters, 0), at(gradient, 0), at(slots, 0),
            at(powers, 0), at(scalars, 0), at(arena, 0), at(transposed, 0), at(order, 0),
            at(losses, 0), at(sample_weights, 0), at(loss_hyper, 0), at(optimizer_hyper, 0),
            at(schedule_hyper, 0), at(sums, 0), at(sums, layout.PARTIAL_SUMS),
            at(note_sums, layers.size * layout.PARTIAL_SUMS),
        )  # fmt: skip
        notes = Notes(at(previous, 0), at(updates, 0), at(alive, 0), at(note_sums, 0))
        weighted, unweighted = np.int64(weights.size > 0), np.int64(0)
        rows = Rows(at(inputs, 0), at(targets, 0), at(weights, 0), weighted, plan.samples)
        test = Rows(
            at(test_inputs, 0), at(test_targets, 0), at(weights, 0), unweighted, plan.test_samples
        )  # fmt: skip
        given = at(orders, 0)
        curves = at(curve_rows, 0)  # (CURVES, evaluations)
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
                    write_signals(plan, work, notes, at(signals, row))
                    clear(work.partial)
                    state.signal_row += 1
                    begin_epoch(plan, state)

    def array(element, readonly=False):
        return types.Array(element, 1, "C", readonly=readonly)

    ours, given = array(kind), array(kind, readonly=True)
    float64, given64 = array(types.float64), array(types.float64, readonly=True)
    signature = types.void(
        *(array(t) for t in (layout.plan_type, layout.state_type, layout.layer_type)),
        *(ours, ours, ours, float64, float64, ours, ours),
        *(given, given, given64, given, given, array(types.int64, readonly=True)),
        *(array(types.int64), float64, float64, ours, float64, float64, float64),
        *(float64, float64, ours, float64, array(types.uint8), float64, types.intp),
    )
    return train, signature


@cache
def prediction_for(dtype):
    """The forward pass of many rows: `(predict, signature)`."""
    kind = FLOATS[dtype]

    def predict(forward, layers, parameters, arena, scratch, block, stride, inputs, count,
                outputs, unused_order, unused_sums):  # fmt: skip
        # inputs: (count * features,), outputs: (count * n_out,)
        entry = record(at(layers, 0), 0)
        final = record(at(layers, 0), layers.size - 1)
        no = np.int64(0)
        first = no
        while first < count:
            samples = min(block, count - first)
            columns = pad(samples)
            gather(
                at(inputs, 0), entry.n_in, at(unused_order, 0), no, first, samples, columns,
                at(arena, entry.input_row * stride), stride,
            )  # fmt: skip
            call(
                forward,
                (
                    at(layers, 0), layers.size, at(parameters, 0), at(arena, 0), at(scratch, 0),
                    stride, columns, samples, np.int64(PREDICTING), no, no, no, at(unused_sums, 0),
                ),
            )  # fmt: skip
            source = at(arena, final.output_row * stride)
            place = at(outputs, first * final.n_out)
            for b in range(samples):
                for o in range(final.n_out):
                    place[b * final.n_out + o] = source[o * stride + b]
            first += samples

    def array(element, readonly=False):
        return types.Array(element, 1, "C", readonly=readonly)

    signature = types.void(
        types.int64,
        *(array(layout.layer_type), array(kind, readonly=True), array(kind), array(kind)),
        *(types.intp, types.intp, array(kind, readonly=True), types.intp),
        *(array(kind), array(types.int64), array(types.float64)),
    )
    return predict, signature
