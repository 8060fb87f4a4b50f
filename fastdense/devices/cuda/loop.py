"""The training of one network by a team: epochs, steps, evaluations, observations.

What `kernels/loop` does for the CPU, in the same order. A launch goes on from a state, which is the
same for all networks of a pack, until its budget is spent; all else is in arrays.
"""

import math

import numpy as np

from fastdense.devices.cuda.batch import batch_for
from fastdense.devices.cuda.layout import DENSE, HITS
from fastdense.devices.cuda.passes import (
    add_up_for,
    backward_for,
    count_for,
    forward_for,
    gather_for,
    in_block_for,
    keep_for,
    loss_for,
    partial_sums_for,
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
from fastdense.kernels.samples.sums import add_weighted, clear, total
from fastdense.numerics.streams import SHUFFLE as SHUFFLE_PURPOSE

UPDATE_EFFORT = 8  # of a parameter, in multiply-adds
ROW_EFFORT = 20  # of a row that finds its place in an order


def is_due(epoch, every, epochs):
    return every > 0 and (epoch % every == 0 or epoch == epochs)


def ordering_for(team):
    """`order_rows(work, lane, epoch, begin, most)`: the order of an epoch, for `most` rows.

    It returns where to go on, or 2 n at the end. First every row stands in its place; then, from
    the last on, they are exchanged (Fisher, Yates).
    """
    width, at, wait, rank = team.width, team.at, team.wait, team.rank

    def exchange(work, lane, epoch, begin, end):
        plan = work.plan[0]
        n, place = plan.visits, at(lane, plan.visits, 0)
        for i in range(begin, min(end, n)):
            work.order[place + i * width] = i
        four, known = words(0, SHUFFLE_PURPOSE, 0, epoch, work.seeds[lane]), 0
        for turn in range(max(begin, n), end):
            i = 2 * n - 1 - turn
            if i >> 2 != known:
                known = i >> 2
                four = words(known, SHUFFLE_PURPOSE, 0, epoch, work.seeds[lane])
            part = i & 3
            word = four[0] if part == 0 else (four[1] if part == 1 else four[2 + (part == 3)])
            j = np.int64(word) * (i + 1) >> 32
            a, b = place + i * width, place + j * width
            work.order[a], work.order[b] = work.order[b], work.order[a]

    def order_rows(work, lane, epoch, begin, most):
        end = min(begin + most, 2 * work.plan[0].visits)
        if rank() == 0:  # it is one chain
            exchange(work, lane, epoch, begin, end)
        wait()
        return end

    return order_rows


def copying_for(team):
    """`copy(work, lane, source, rows, target, target_rows, count)`: a lane's first numbers."""
    width, at, rank, size, wait = team.width, team.at, team.rank, team.size, team.wait

    def copy(work, lane, source, rows, target, target_rows, count):
        here, there = at(lane, rows, 0), at(lane, target_rows, 0)
        wait()
        for i in range(rank() * width, count * width, size() * width):
            target[there + i] = source[here + i]
        wait()

    return copy


def observing_for(team):
    """Functions that write down what is observed.

    `measure(work, lane)`: per dense layer, the squares of the parameters before an update, and
    those of the update. `begin(work, lane, accumulated)`: of all rows. `note(work, lane, samples,
    first)`: adds the slopes of a block, and marks the units that are not zero. `write(work, lane,
    row)`: the sums.
    """
    width, at, column, in_block = team.width, team.at, team.column, in_block_for(team)
    rank, size, wait, squares, differences = (
        team.rank, team.size, team.wait, team.squares, team.differences,
    )  # fmt: skip
    partial_sums, add_up, copy = partial_sums_for(team), add_up_for(team), copying_for(team)

    def measure(work, lane):
        plan, sums = work.plan[0], partial_sums(work.partial, lane)
        for index in range(plan.depth):
            layer = work.layers[index]
            if layer.kind != DENSE:
                continue
            count = layer.count
            before = column(work.previous, at(lane, plan.parameters, layer.weights), count)
            after = column(work.parameters, at(lane, plan.numbers, layer.weights), count)
            place = at(lane, 2 * plan.depth, 2 * index)
            work.updates[place] = squares(before, count, sums)
            work.updates[place + width] = differences(after, before, count, sums)

    def begin(work, lane, accumulated):
        plan = work.plan[0]
        if accumulated > 0:  # to go on after the observation
            count = plan.parameters
            copy(work, lane, work.gradient, count, work.previous, count, count)
        alive, sums = at(lane, plan.units, 0), at(lane, plan.depth * PARTIAL_SUMS, 0)
        step = size() * width
        for i in range(alive + rank() * width, alive + plan.units * width, step):
            work.alive[i] = 0
        for i in range(sums + rank() * width, sums + plan.depth * PARTIAL_SUMS * width, step):
            work.slopes[i] = 0.0
            work.sizes[i] = 0.0

    def note(work, lane, samples, first):
        plan = work.plan[0]
        across, losses = plan.block * width, at(lane, plan.block, 0)
        for index in range(plan.depth):
            layer = work.layers[index]
            if layer.kind != DENSE:
                continue
            outputs, slopes = (
                in_block(work, lane, layer.output_row),
                in_block(work, lane, layer.slope_row),
            )
            alive = at(lane, plan.units, layer.unit)
            for b in range(rank(), samples, size()):
                slope = np.float64(0)
                for o in range(layer.n_out):
                    i = o * across + b * width
                    slope += np.float64(work.arena[slopes + i])
                    if work.arena[outputs + i] != 0:
                        work.alive[alive + o * width] = 1
                work.losses[losses + b * width] = slope  # the losses have been added
            wait()
            sums = at(lane, plan.depth * PARTIAL_SUMS, index * PARTIAL_SUMS)
            add_up(work, lane, samples, first, work.slopes, sums)
            wait()

    def write(work, lane, row):
        plan, sums = work.plan[0], partial_sums(work.partial, lane)
        for index in range(plan.depth):
            layer = work.layers[index]
            if layer.kind != DENSE:
                continue
            count, found = layer.count, work.sums[row, layer.place]
            gradient = column(work.gradient, at(lane, plan.parameters, layer.weights), count)
            found[SUM.gradient_squares, lane] = squares(gradient, count, sums)
            parameters = column(work.parameters, at(lane, plan.numbers, layer.weights), count)
            found[SUM.parameter_squares, lane] = squares(parameters, count, sums)
            place = at(lane, 2 * plan.depth, 2 * index)
            found[SUM.earlier_squares, lane] = work.updates[place]
            found[SUM.update_squares, lane] = work.updates[place + width]
            dead, alive = 0, at(lane, plan.units, layer.unit)
            for o in range(layer.n_out):
                dead += work.alive[alive + o * width] == 0
            found[SUM.dead_units, lane] = dead
            first = at(lane, plan.depth * PARTIAL_SUMS, index * PARTIAL_SUMS)
            slopes = total(column(work.slopes, first, PARTIAL_SUMS), 0, 1)
            # A coupled activation has no slope of its own.
            found[SUM.slopes, lane] = np.nan if layer.coupled else slopes
            sizes = column(work.sizes, first, PARTIAL_SUMS)
            found[SUM.preactivations, lane] = total(sizes, 0, 1)

    return measure, begin, note, write


def train_for(dtype, activations, loss, optimizer, schedule, team):
    """`train(lane, work)` for the entries of a recipe and a network, by a team."""
    at, column, wait, rank, alone = team.at, team.column, team.wait, team.rank, team.alone
    adder, adder_step = team.adder, team.adder_step
    gather, forward = gather_for(dtype, team), forward_for(dtype, activations, team)
    find_loss, backward = loss_for(dtype, loss, team), backward_for(dtype, activations, team)
    update, count_right = update_for(dtype, optimizer, schedule, team), count_for(team)
    partial_sums, order_rows = partial_sums_for(team), ordering_for(team)
    measure, begin_observation, note, write = observing_for(team)
    copy, begin_batch, keep = copying_for(team), batch_for(dtype, team), keep_for(team)

    def take(work, lane, purpose, samples, first, place, epoch, step, test, valued):
        """The next samples through the network, up to the losses and their slopes."""
        gather(work, lane, samples, first, epoch, purpose == TRAINING, test)
        wait()
        forward(work, lane, samples, purpose, first, place, step)
        find_loss(work, lane, samples, valued)
        wait()

    def add_losses(work, lane, samples, place, sums):
        """Add the losses of a block, whose first sample is number `place` of the sum."""
        plan = work.plan[0]
        for b in range(adder(place), samples, adder_step()):
            losses = column(work.losses, at(lane, plan.block, b), 1)
            weights = column(work.sample_weights, at(lane, plan.block, b), 1)
            add_weighted(losses, weights, 1, place + b, sums, 1)

    def begin_sums(work, lane, sums):
        """After all have read them, and before any adds to them."""
        wait()
        clear(sums, 1)
        work.counts[at(lane, 1 + work.plan[0].block, HITS)] = 0
        wait()

    def total_of(sums):
        """After all have added to them."""
        wait()
        return total(sums, 0, 1)

    def factor_of(work, count):
        """The factor of a sample's loss in what a mini-batch of `count` descends."""
        plan = work.plan[0]
        factor = plan.sum_factor
        if factor == 0.0:
            factor = (1.0 if plan.by_weight else plan.slope_factor) / np.float64(count)
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
                if position == 0 and (epoch >= plan.until or step >= plan.until_step):
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
                        begin_sums(work, lane, running)
                        if rank() == 0:  # which alone adds to it
                            work.running_penalty[at(lane, 1, 0)] = 0.0
                    position = np.int64(0)
                    phase = np.int64(STEP)
                continue

            # The next block of samples, for whatever it is: one call, so one copy of the code.
            purpose, rows, begin = EVALUATING, plan.samples, position
            if phase == STEP:
                if done == 0 and step >= plan.until_step:
                    break
                purpose, rows, begin = TRAINING, min(plan.batch, plan.visits - position), done
                last = position + rows >= plan.visits
                observed = last and is_due(epoch + 1, plan.observe_every, plan.epochs)
                if observed and done == 0:
                    copy(work, lane, work.parameters, plan.numbers, work.previous, size, size)
                if done == 0 and (plan.by_weight or plan.keep_penalties):
                    begin_batch(work, lane, position, rows, epoch, summed)
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
                if training and plan.keep_outputs:
                    keep(work, lane, samples, first)
                if summing:
                    add_losses(work, lane, samples, begin, running if training else partial)
                if evaluating:
                    count_right(work, lane, samples)
                    wait()
                else:
                    factor = factor_of(work, rows)
                    if not training:
                        factor = plan.slope_factor / np.float64(rows)
                        note(work, lane, samples, begin)
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
                    measure(work, lane)
                done = np.int64(0)
                position += rows
                step += 1
                if last:
                    epoch += 1
                    if summed != 0:
                        mean = total_of(running) / np.float64(plan.visits)
                        work.curves[layout.RUNNING_LOSS, row, lane] = mean
                        penalty = work.running_penalty[at(lane, 1, 0)] / np.float64(plan.visits)
                        work.curves[layout.RUNNING_PENALTY, row, lane] = penalty
                    position = np.int64(0)
                    begin_sums(work, lane, partial)
                    phase = np.int64(following(plan, epoch, False))
                continue
            position = end
            if position < rows:
                continue
            if phase == EVALUATE:
                work.curves[layout.LOSS, row, lane] = total_of(partial) / n
                share = np.float64(work.counts[at(lane, 1 + plan.block, HITS)]) / n
                work.curves[layout.ACCURACY, row, lane] = share
                phase = np.int64(VALIDATE)
            elif phase == VALIDATE:
                if rows > 0:
                    work.curves[layout.TEST_LOSS, row, lane] = total_of(partial) / n
                    share = np.float64(work.counts[at(lane, 1 + plan.block, HITS)]) / n
                    work.curves[layout.TEST_ACCURACY, row, lane] = share
                row += 1
                loss_is = work.curves[layout.LOSS, row - 1, lane]
                if plan.tested_only == 0 and not math.isfinite(loss_is):
                    # Nothing that follows can change the outcome.
                    network.ended = 1
                    network.rows = row
                    network.signal_rows = signal_row
                    network.steps = step
                    if alone:  # its neighbors go on
                        return
                    phase = np.int64(DONE)
                    break
                phase = np.int64(following(plan, epoch, True))
            else:
                write(work, lane, signal_row)
                if accumulated > 0:
                    copy(work, lane, work.previous, size, work.gradient, size, size)
                signal_row += 1
                phase = np.int64(DONE if epoch == plan.epochs else SHUFFLE)
            begin_sums(work, lane, partial)
            position = np.int64(0)
        # All write the same.
        after = work.next_state[0]
        after.phase, after.epoch, after.position, after.done = phase, epoch, position, done
        after.accumulated, after.step, after.summed = accumulated, step, summed
        after.row, after.signal_row = row, signal_row

    return train
