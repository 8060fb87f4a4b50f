"""The one compiled training loop. It knows no architecture, activation, loss or optimizer.

A call goes on from `state` until its budget is spent; everything is in arrays, so Python may look,
stop or save between calls, and the bits do not depend on where the calls end.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels import layout
from fastdense.kernels.compile.atomics import atomic_write
from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layout import (
    DONE,
    ENDED,
    EVALUATE,
    OBSERVE,
    SHUFFLE,
    STEP,
    VALIDATE,
    group_of,
)
from fastdense.kernels.loop.evaluation import Notes, evaluation_for
from fastdense.kernels.loop.step import step_for
from fastdense.kernels.loop.team import assist
from fastdense.kernels.records import TABLE, work_reader
from fastdense.kernels.samples.gather import shuffle_for
from fastdense.kernels.samples.sums import clear, means

SHUFFLED_AT_ONCE = 1 << 20
CALL_EFFORT = 1000  # of one job, beside its multiply-adds


@njit(**NUMPY)
def is_due(epoch, every, epochs):
    return every > 0 and (epoch % every == 0 or epoch == epochs)


@njit(**NUMPY)
def effort(plan, job, products):
    """Of the last job, in multiply-adds, roughly: what the budget of a call counts."""
    return products * plan.products * job.samples * plan.lanes + CALL_EFFORT


@njit(**NUMPY)
def begin_epoch(plan, state):
    state.position = 0
    state.phase = DONE if state.epoch == plan.epochs else SHUFFLE


@cache
def order_epoch_for(group):
    shuffle = shuffle_for(group)

    @njit(**NUMPY)
    def order_epoch(plan, state, work):
        """Go on with the order in which the coming epoch visits the samples; returns the effort."""
        lanes = plan.lanes if group > 1 else np.int64(1)
        begin = state.position
        state.position = plan.visits
        if plan.order_rows > 0:
            first = state.epoch % plan.order_rows * plan.visits
            for i in range(plan.visits):
                for lane in range(lanes):
                    place = (first + i) * lanes + lane if plan.order_by_lane else first + i
                    # The caller, whose array it is, may write into it meanwhile.
                    work.order[i * lanes + lane] = min(max(work.given[place], 0), plan.samples - 1)
        elif plan.shuffle:
            most = SHUFFLED_AT_ONCE // lanes
            state.position = shuffle(
                work.order, work.seeds, plan.visits, begin, most, state.epoch + 1, lanes
            )
        # Else the order of the rows, as it stood from the beginning.
        return 20 * min(plan.visits * lanes, SHUFFLED_AT_ONCE)

    return order_epoch


@njit(**COLD)
def end_lanes(plan, state, work, losses):
    """End the training of networks whose loss is not finite; returns whether none is left."""
    left = 0
    for lane in range(plan.lanes):
        network = record(work.networks, lane)
        if not network.ended and not np.isfinite(losses[lane]):
            # Nothing that follows can change the outcome.
            network.ended = 1
            network.rows = state.row
            network.signal_rows = state.signal_row
            network.steps = state.step
            work.frozen[lane] = 1
        left += 1 - network.ended
    return left == 0


def pack_train(kind):
    """The training loop of packs."""
    return train(kind, group_of(kind))


def train(kind, group=1):
    """The training loop for float32 or float64, and its signature.

    `(table of a Work, thread, budget)`: by which thread of the team, and how far.
    """
    packed = group > 1
    read = work_reader(kind, packed)
    step, order_epoch = step_for(kind, packed), order_epoch_for(group)
    evaluate, observe, measure_updates, write_sums = evaluation_for(packed)

    def train(table, thread, budget):
        work = read(table)
        plan, state, job = record(work.plan, 0), record(work.state, 0), record(work.job, 0)
        team, schedule_hyper = work.team, work.schedule_hyper
        curves, running, partial = work.curves, work.running, work.partial
        if thread > 0:
            assist(plan, work, team, thread)
            return
        lanes = plan.lanes if packed else np.int64(1)
        notes = Notes(work.previous, work.updates, work.alive, work.slopes)
        curve_stride = plan.evaluations * lanes  # from one curve to the next
        no, yes = np.int64(0), np.int64(1)
        spent = 0
        while state.phase != DONE and spent < budget:
            if state.phase == SHUFFLE:
                wanted = state.epoch < plan.until and state.step < plan.until_step
                if state.position == 0 and not wanted:
                    break
                spent += order_epoch(plan, state, work)
                if state.position >= plan.visits:
                    evaluated = is_due(state.epoch + 1, plan.evaluate_every, plan.epochs)
                    state.summed = evaluated or state.epoch + 1 == plan.epochs
                    if state.summed:
                        clear(running, lanes)
                        for lane in range(lanes):
                            work.running_penalty[lane] = 0.0
                    state.position = 0
                    state.phase = STEP
            elif state.phase == STEP:
                if state.step >= plan.until_step and state.done == 0 and state.unit == 0:
                    break
                last = state.position + plan.batch >= plan.visits
                observed = last and is_due(state.epoch + 1, plan.observe_every, plan.epochs)
                if observed and state.done == 0 and state.unit == 0:
                    for i in range(plan.parameters * lanes):
                        notes.previous[i] = work.parameters[i]
                before, unit, left = state.step, state.unit, budget - spent
                spent += step(plan, state, work, team, schedule_hyper, running, partial, left)
                spent += CALL_EFFORT
                updated = state.step > before
                if updated and observed:
                    measure_updates(plan, work, notes, partial)
                if updated and last:
                    state.epoch += 1
                    if state.summed:
                        point = offset(curves, state.row * lanes)
                        means(
                            running,
                            plan.visits,
                            offset(point, layout.RUNNING_LOSS * curve_stride),
                            lanes,
                        )
                        penalty = offset(point, layout.RUNNING_PENALTY * curve_stride)
                        for lane in range(lanes):
                            penalty[lane] = work.running_penalty[lane] / plan.visits
                    if is_due(state.epoch, plan.evaluate_every, plan.epochs):
                        clear(partial, lanes)
                        state.position = 0
                        state.phase = VALIDATE if plan.tested_only else EVALUATE
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        clear(partial, lanes)
                        state.position = 0
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
                    point = offset(curves, state.row * lanes)
                    means(partial, plan.samples, offset(point, layout.LOSS * curve_stride), lanes)
                    for lane in range(lanes):
                        point[layout.ACCURACY * curve_stride + lane] = (
                            work.hits[lane] / plan.samples
                        )
                    clear(partial, lanes)
                    state.position = 0
                    state.phase = VALIDATE
            elif state.phase == VALIDATE:
                if plan.test_samples > 0:
                    evaluate(plan, state, work, team, yes, partial, budget - spent)
                    spent += effort(plan, job, yes)
                if state.position == plan.test_samples:
                    point = offset(curves, state.row * lanes)
                    if plan.test_samples > 0:
                        count = plan.test_samples
                        means(partial, count, offset(point, layout.TEST_LOSS * curve_stride), lanes)
                        for lane in range(lanes):
                            point[layout.TEST_ACCURACY * curve_stride + lane] = (
                                work.hits[lane] / count
                            )
                    clear(partial, lanes)
                    state.row += 1
                    losses = offset(point, layout.LOSS * curve_stride)
                    if not plan.tested_only and end_lanes(plan, state, work, losses):
                        state.phase = DONE
                    elif is_due(state.epoch, plan.observe_every, plan.epochs):
                        state.position = 0
                        state.phase = OBSERVE
                    else:
                        begin_epoch(plan, state)
            else:
                observe(plan, state, work, team, notes)
                spent += effort(plan, job, np.int64(4))
                if state.position == plan.samples:
                    row = state.signal_row * plan.dense_layers * layout.SUMS * lanes
                    write_sums(plan, work, notes, partial, offset(work.sums, row))
                    if state.accumulated > 0:
                        for i in range(plan.parameters * lanes):
                            work.gradient[i] = notes.previous[i]
                    clear(partial, lanes)
                    state.signal_row += 1
                    begin_epoch(plan, state)
        state.effort += spent
        atomic_write(offset(team, ENDED), yes)

    return train, types.void(TABLE, types.int64, types.int64)
