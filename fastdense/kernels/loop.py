"""The one compiled training loop. It knows no architecture, activation, loss or optimizer.

A call goes on from `state` until its budget is spent; everything is in arrays, so Python may look,
stop or save between calls, and the bits do not depend on where the calls end.
"""

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.evaluation import Notes, evaluate, measure_updates, observe, write_signals
from fastdense.kernels.layout import DONE, ENDED, EVALUATE, OBSERVE, SHUFFLE, STEP, VALIDATE
from fastdense.kernels.pointers import offset, record
from fastdense.kernels.samples import shuffle
from fastdense.kernels.step import step_for
from fastdense.kernels.sums import clear, total
from fastdense.kernels.team import assist, atomic_write
from fastdense.kernels.work import Work, work_types

SHUFFLED_AT_ONCE = 1 << 20
CALL_EFFORT = 1000  # of one job, beside its multiply-adds


@njit(**NUMPY)
def is_due(epoch, every, epochs):
    return every > 0 and (epoch % every == 0 or epoch == epochs)


@njit(**NUMPY)
def effort(plan, job, products):
    """Of the last job, in multiply-adds, roughly: what the budget of a call counts."""
    return products * plan.parameters * job.samples + CALL_EFFORT


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
    """The training loop for float32 or float64, and its signature: the pointers of a `Work`, then
    what only the loop needs, the number of this member of the team, and the budget of the call.
    """
    step = step_for(kind)

    def train(plan, state, job, layers, parameters, gradient, scalars, arena, scratch, inputs,
              targets, weights, test_inputs, test_targets, predictions, order, losses,
              sample_weights, correct, loss_hyper, optimizer_hyper, powers, sizes, given,
              schedule_hyper, curves, signals, running, partial, previous, updates, alive, slopes,
              team, member, budget):  # fmt: skip
        # curves: (CURVES, evaluations), signals: (observations, dense layers, SIGNALS)
        work = Work(
            plan, state, job, layers, parameters, gradient, scalars, arena, scratch, inputs,
            targets, weights, test_inputs, test_targets, predictions, order, losses,
            sample_weights, correct, loss_hyper, optimizer_hyper, powers, sizes,
        )  # fmt: skip
        plan, state, job = record(work.plan, 0), record(work.state, 0), record(work.job, 0)
        if member > 0:
            assist(plan, work, team, member)
            return
        notes = Notes(previous, updates, alive, slopes)
        evaluations = plan.evaluations
        no, yes = np.int64(0), np.int64(1)
        spent = 0
        while state.phase != DONE and spent < budget:
            if state.phase == SHUFFLE:
                spent += order_epoch(plan, state, work.order, given)
                if state.position >= plan.visits:
                    clear(running)
                    begin_phase(state)
                    state.phase = STEP
            elif state.phase == STEP:
                last = state.position + plan.batch >= plan.visits
                observed = last and is_due(state.epoch + 1, plan.observe_every, plan.epochs)
                if observed and state.done == 0 and state.unit == 0:
                    for i in range(plan.parameters):
                        notes.previous[i] = work.parameters[i]
                before, unit, left = state.step, state.unit, budget - spent
                spent += step(plan, state, work, team, schedule_hyper, running, partial, left)
                spent += CALL_EFFORT
                updated = state.step > before
                if updated and observed:
                    measure_updates(plan, work, notes, partial)
                if updated and last:
                    state.epoch += 1
                    clear(partial)
                    evaluated = is_due(state.epoch, plan.evaluate_every, plan.epochs)
                    if evaluated or state.epoch == plan.epochs:
                        mean = layout.RUNNING_LOSS * evaluations + state.row
                        curves[mean] = total(running) / plan.visits
                    if evaluated:
                        begin_phase(state)
                        state.phase = EVALUATE
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        begin_phase(state)
                        state.phase = OBSERVE
                    else:
                        begin_epoch(plan, state)
                # A call ends where a gradient is cut, to remain short; and where one that was cut
                # is complete, for only there the way to share the work may change.
                if unit > 0 or state.unit > 0:
                    break
            elif state.phase == EVALUATE:
                evaluate(plan, state, work, team, no, partial, budget - spent)
                spent += effort(plan, job, yes)
                if state.position == plan.samples:
                    point = offset(curves, state.row)
                    point[layout.LOSS * evaluations] = total(partial) / plan.samples
                    point[layout.ACCURACY * evaluations] = state.correct / plan.samples
                    clear(partial)
                    begin_phase(state)
                    state.phase = VALIDATE
            elif state.phase == VALIDATE:
                if plan.test_samples > 0:
                    evaluate(plan, state, work, team, yes, partial, budget - spent)
                    spent += effort(plan, job, yes)
                if state.position == plan.test_samples:
                    point = offset(curves, state.row)
                    if plan.test_samples > 0:
                        count = plan.test_samples
                        point[layout.TEST_LOSS * evaluations] = total(partial) / count
                        point[layout.TEST_ACCURACY * evaluations] = state.correct / count
                    clear(partial)
                    state.row += 1
                    if not np.isfinite(point[layout.LOSS * evaluations]):
                        state.phase = DONE  # nothing that follows can change the outcome
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        begin_phase(state)
                        state.phase = OBSERVE
                    else:
                        begin_epoch(plan, state)
            else:
                observe(plan, state, work, team, notes)
                spent += effort(plan, job, np.int64(4))
                if state.position == plan.samples:
                    row = state.signal_row * plan.dense_layers * layout.SIGNALS
                    write_signals(plan, work, notes, partial, offset(signals, row))
                    clear(partial)
                    state.signal_row += 1
                    begin_epoch(plan, state)
        state.effort += spent
        atomic_write(offset(team, ENDED), yes)

    pointer = types.CPointer
    float64, int64 = pointer(types.float64), pointer(types.int64)
    return train, types.void(
        *work_types(kind),
        *(int64, float64, float64, float64, float64, float64),
        *(pointer(kind), float64, pointer(types.uint8), float64),
        *(int64, types.int64, types.int64),
    )
