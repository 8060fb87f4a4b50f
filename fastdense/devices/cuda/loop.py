"""The training of one network by one thread: epochs, steps, evaluations, observations.

What `kernels/loop` does for the CPU, in the same order. A launch goes on from a state, which is the
same for all networks of a pack, until its budget is spent; all else is in arrays.
"""

import math

import numpy as np

from fastdense.devices.cuda.layout import COUNTS, DENSE, HITS, WARP, at, column, makes_view
from fastdense.devices.cuda.passes import (
    backward_for,
    count_right,
    forward_for,
    gather_for,
    in_block,
    loss_for,
)
from fastdense.devices.cuda.update import update_for
from fastdense.kernels import layout
from fastdense.kernels.layout import (
    DONE,
    EVALUATE,
    EVALUATING,
    OBSERVE,
    OBSERVING,
    PARTIAL_SUMS,
    SHUFFLE,
    STEP,
    SUM,
    TRAINING,
    VALIDATE,
)
from fastdense.kernels.samples.random_words import words
from fastdense.kernels.samples.sums import (
    add_squared_differences,
    add_squares,
    add_weighted,
    clear,
    total,
)
from fastdense.numerics.streams import SHUFFLE as SHUFFLE_PURPOSE

UPDATE_EFFORT = 8  # of a parameter, in multiply-adds
ROW_EFFORT = 20  # of a row that finds its place in an order


def is_due(epoch, every, epochs):
    return every > 0 and (epoch % every == 0 or epoch == epochs)


@makes_view
def partial_sums(array, lane):
    """The sixteen sums of a lane."""
    return column(array, at(lane, PARTIAL_SUMS, 0), PARTIAL_SUMS)


def order_rows(work, lane, epoch, begin, most):
    """Go on with the order of an epoch, for `most` rows; returns where to go on, or 2 n at the end.

    First every row stands in its place; then, from the last on, they are exchanged (Fisher, Yates).
    """
    plan = work.plan[0]
    n, place = plan.visits, at(lane, plan.visits, 0)
    end = min(begin + most, 2 * n)
    for i in range(begin, min(end, n)):
        work.order[place + i * WARP] = i
    four, known = words(0, SHUFFLE_PURPOSE, 0, epoch, work.seeds[lane]), 0
    for turn in range(max(begin, n), end):
        i = 2 * n - 1 - turn
        if i >> 2 != known:
            known = i >> 2
            four = words(known, SHUFFLE_PURPOSE, 0, epoch, work.seeds[lane])
        part = i & 3
        word = four[0] if part == 0 else (four[1] if part == 1 else four[2 + (part == 3)])
        j = np.int64(word) * (i + 1) >> 32
        a, b = place + i * WARP, place + j * WARP
        work.order[a], work.order[b] = work.order[b], work.order[a]
    return end


def copy(work, lane, source, rows, target, target_rows, count):
    """Copy the first numbers of a lane from array to array."""
    here, there = at(lane, rows, 0), at(lane, target_rows, 0)
    for i in range(0, count * WARP, WARP):
        target[there + i] = source[here + i]


def measure_updates(work, lane):
    """Per dense layer, the squares of the parameters before an update, and those of the update."""
    plan, sums = work.plan[0], partial_sums(work.partial, lane)
    for index in range(plan.depth):
        layer = work.layers[index]
        if layer.kind != DENSE:
            continue
        count = layer.count
        before = column(work.previous, at(lane, plan.parameters, layer.weights), count)
        after = column(work.parameters, at(lane, plan.numbers, layer.weights), count)
        place = at(lane, 2 * plan.depth, 2 * index)
        clear(sums, 1)
        add_squares(before, count, sums, 1)
        work.updates[place] = total(sums, 0, 1)
        clear(sums, 1)
        add_squared_differences(after, before, count, sums, 1)
        work.updates[place + WARP] = total(sums, 0, 1)


def write_sums(work, lane, row):
    """The sums of an observation."""
    plan, sums = work.plan[0], partial_sums(work.partial, lane)
    for index in range(plan.depth):
        layer = work.layers[index]
        if layer.kind != DENSE:
            continue
        count, found = layer.count, work.sums[row, layer.place]
        clear(sums, 1)
        add_squares(
            column(work.gradient, at(lane, plan.parameters, layer.weights), count), count, sums, 1
        )
        found[SUM.gradient_squares, lane] = total(sums, 0, 1)
        clear(sums, 1)
        add_squares(
            column(work.parameters, at(lane, plan.numbers, layer.weights), count), count, sums, 1
        )
        found[SUM.parameter_squares, lane] = total(sums, 0, 1)
        place = at(lane, 2 * plan.depth, 2 * index)
        found[SUM.earlier_squares, lane] = work.updates[place]
        found[SUM.update_squares, lane] = work.updates[place + WARP]
        dead, alive = 0, at(lane, plan.units, layer.unit)
        for o in range(layer.n_out):
            dead += work.alive[alive + o * WARP] == 0
        found[SUM.dead_units, lane] = dead
        first = at(lane, plan.depth * PARTIAL_SUMS, index * PARTIAL_SUMS)
        slopes = total(column(work.slopes, first, PARTIAL_SUMS), 0, 1)
        # A coupled activation has no slope of its own.
        found[SUM.slopes, lane] = np.nan if layer.coupled else slopes
        found[SUM.preactivations, lane] = total(column(work.sizes, first, PARTIAL_SUMS), 0, 1)


def note_activations(work, lane, samples, first):
    """Add the slopes of a block, and mark the units that are not zero."""
    plan = work.plan[0]
    across = plan.block * WARP
    for index in range(plan.depth):
        layer = work.layers[index]
        if layer.kind != DENSE:
            continue
        outputs, slopes = (
            in_block(work, lane, layer.output_row),
            in_block(work, lane, layer.slope_row),
        )
        alive = at(lane, plan.units, layer.unit)
        sums = at(lane, plan.depth * PARTIAL_SUMS, index * PARTIAL_SUMS)
        for b in range(samples):
            slope = np.float64(0)
            for o in range(layer.n_out):
                i = o * across + b * WARP
                slope += np.float64(work.arena[slopes + i])
                if work.arena[outputs + i] != 0:
                    work.alive[alive + o * WARP] = 1
            work.slopes[sums + (first + b) % PARTIAL_SUMS * WARP] += slope


def begin_observation(work, lane, accumulated):
    plan = work.plan[0]
    if accumulated > 0:  # to go on after the observation
        count = plan.parameters
        copy(work, lane, work.gradient, count, work.previous, count, count)
    alive, sums = at(lane, plan.units, 0), at(lane, plan.depth * PARTIAL_SUMS, 0)
    for i in range(alive, alive + plan.units * WARP, WARP):
        work.alive[i] = 0
    for i in range(sums, sums + plan.depth * PARTIAL_SUMS * WARP, WARP):
        work.slopes[i] = 0.0
        work.sizes[i] = 0.0


def train_for(dtype, activations, loss, optimizer, schedule):
    """`train(lane, work)` for the entries of a recipe and a network."""
    gather, forward = gather_for(dtype), forward_for(dtype, activations)
    find_loss, backward = loss_for(dtype, loss), backward_for(dtype, activations)
    update = update_for(dtype, optimizer, schedule)

    def take(work, lane, purpose, samples, first, place, epoch, step, test, valued):
        """The next samples through the network, up to the losses and their slopes."""
        gather(work, lane, samples, first, epoch, purpose == TRAINING, test)
        forward(work, lane, samples, purpose, first, place, step)
        find_loss(work, lane, samples, valued)

    def add_losses(work, lane, samples, place, sums):
        """Add the losses of a block, whose first sample is number `place` of the sum."""
        plan = work.plan[0]
        block = at(lane, plan.block, 0)
        losses = column(work.losses, block, plan.block)
        weights = column(work.sample_weights, block, plan.block)
        add_weighted(losses, weights, samples, place, sums, 1)

    def factor_of(work, count):
        """The factor of a sample's loss in what a mini-batch of `count` descends."""
        plan = work.plan[0]
        factor = plan.sum_factor
        if factor == 0.0:
            factor = plan.slope_factor / np.float64(count)
        return factor / np.float64(plan.accumulate)

    def following(plan, epoch, evaluated):
        """The phase after an epoch, or after it is evaluated."""
        if not evaluated and is_due(epoch, plan.evaluate_every, plan.epochs):
            return VALIDATE if plan.tested_only else EVALUATE
        if is_due(epoch, plan.observe_every, plan.epochs):
            return OBSERVE
        return DONE if epoch == plan.epochs else SHUFFLE

    def train(lane, work):
        network = work.networks[lane]
        if network.ended != 0:
            return
        plan, before = work.plan[0], work.state[0]
        phase, epoch, position, done = before.phase, before.epoch, before.position, before.done
        accumulated, step, summed = before.accumulated, before.step, before.summed
        row, signal_row = before.row, before.signal_row
        running, partial = partial_sums(work.running, lane), partial_sums(work.partial, lane)
        size, spent = plan.parameters, 0
        last = observed = False
        while phase != DONE and spent < plan.budget:
            if phase == SHUFFLE:
                if position == 0 and epoch >= plan.until:
                    break
                ordered = plan.shuffle == 0 or plan.order_rows > 0
                if not ordered:
                    most = plan.budget // ROW_EFFORT + 1
                    begin = position
                    position = order_rows(work, lane, epoch + 1, begin, most)
                    spent += ROW_EFFORT * (position - begin)
                    ordered = position == 2 * plan.visits
                if ordered:
                    due = is_due(epoch + 1, plan.evaluate_every, plan.epochs)
                    summed = np.int64(due or epoch + 1 == plan.epochs)
                    if summed != 0:
                        clear(running, 1)
                    position = np.int64(0)
                    phase = np.int64(STEP)
                continue

            # The next block of samples, for whatever it is: one call, so one copy of the code.
            purpose, rows, begin = EVALUATING, plan.samples, position
            if phase == STEP:
                purpose, rows, begin = TRAINING, min(plan.batch, plan.visits - position), done
                last = position + rows >= plan.visits
                observed = last and is_due(epoch + 1, plan.observe_every, plan.epochs)
                if observed and done == 0:
                    copy(work, lane, work.parameters, plan.numbers, work.previous, size, size)
            elif phase == VALIDATE:
                rows = plan.test_samples
            elif phase == OBSERVE:
                purpose = OBSERVING
                if position == 0:
                    begin_observation(work, lane, accumulated)
            samples = min(plan.block, rows - begin)
            end = begin + samples
            if samples > 0:
                training, evaluating = purpose == TRAINING, purpose == EVALUATING
                first = position + done if training else position
                summing = evaluating or (training and summed != 0)
                test = phase == VALIDATE
                take(work, lane, purpose, samples, first, begin, epoch, step, test, summing)
                if summing:
                    add_losses(work, lane, samples, begin, running if training else partial)
                if evaluating:
                    hits = at(lane, COUNTS, HITS)
                    before_these = work.counts[hits] if begin > 0 else 0
                    work.counts[hits] = before_these + count_right(work, lane, samples)
                else:
                    factor = factor_of(work, rows)
                    if not training:
                        factor = plan.slope_factor / np.float64(rows)
                        note_activations(work, lane, samples, begin)
                    continued = begin > 0 or (training and accumulated > 0)
                    backward(work, lane, samples, factor, continued)
                spent += (1 if evaluating else 3) * plan.products * samples

            # What follows it.
            n = np.float64(rows)
            if phase == STEP:
                done = end
                if done < rows:
                    continue
                accumulated += 1
                if accumulated == plan.accumulate:
                    update(work, lane, step)
                    spent += UPDATE_EFFORT * size
                    accumulated = np.int64(0)
                if observed:
                    measure_updates(work, lane)
                done = np.int64(0)
                position += rows
                step += 1
                if last:
                    epoch += 1
                    if summed != 0:
                        mean = total(running, 0, 1) / np.float64(plan.visits)
                        work.curves[layout.RUNNING_LOSS, row, lane] = mean
                    position = np.int64(0)
                    clear(partial, 1)
                    phase = np.int64(following(plan, epoch, False))
                continue
            position = end
            if position < rows:
                continue
            if phase == EVALUATE:
                work.curves[layout.LOSS, row, lane] = total(partial, 0, 1) / n
                share = np.float64(work.counts[at(lane, COUNTS, HITS)]) / n
                work.curves[layout.ACCURACY, row, lane] = share
                phase = np.int64(VALIDATE)
            elif phase == VALIDATE:
                if rows > 0:
                    work.curves[layout.TEST_LOSS, row, lane] = total(partial, 0, 1) / n
                    share = np.float64(work.counts[at(lane, COUNTS, HITS)]) / n
                    work.curves[layout.TEST_ACCURACY, row, lane] = share
                row += 1
                loss_is = work.curves[layout.LOSS, row - 1, lane]
                if plan.tested_only == 0 and not math.isfinite(loss_is):
                    # Nothing that follows can change the outcome.
                    network.ended = 1
                    network.rows = row
                    network.signal_rows = signal_row
                    network.steps = step
                    return
                phase = np.int64(following(plan, epoch, True))
            else:
                write_sums(work, lane, signal_row)
                if accumulated > 0:
                    copy(work, lane, work.previous, size, work.gradient, size, size)
                signal_row += 1
                phase = np.int64(DONE if epoch == plan.epochs else SHUFFLE)
            clear(partial, 1)
            position = np.int64(0)
        # All threads write the same.
        after = work.next_state[0]
        after.phase, after.epoch, after.position, after.done = phase, epoch, position, done
        after.accumulated, after.step, after.summed = accumulated, step, summed
        after.row, after.signal_row = row, signal_row

    return train
