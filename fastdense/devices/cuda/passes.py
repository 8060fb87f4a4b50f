"""A block of samples through a network: gathered, forward, the loss, and back to the gradient.

Sample after sample is added to a gradient, so it is one chain over a mini-batch however that is cut
into blocks.
"""

from collections import namedtuple

import numpy as np

from fastdense.devices.cuda.layout import ACTIVATION, DENSE, DROPOUT, HITS, makes_view
from fastdense.devices.cuda.products import Matrix
from fastdense.devices.cuda.tiles import BIAS, GO_ON, ZERO, unchecked
from fastdense.entry import ROOM
from fastdense.kernels.layers._observing import add_sizes
from fastdense.kernels.layout import NO_ACCURACY, OBSERVING, PARTIAL_SUMS, TRAINING
from fastdense.kernels.samples.accuracy import count_correct
from fastdense.kernels.samples.random_words import words
from fastdense.numerics.streams import DROPOUT as DROPOUT_PURPOSE

Sizes = namedtuple("Sizes", "sizes")  # what `add_sizes` writes into


def in_block_for(team):
    """`in_block(work, lane, row)`: where a row of the arena stands."""
    at = team.at

    def in_block(work, lane, row):
        plan = work.plan[0]
        return at(lane, plan.rows * plan.block, row * plan.block)

    return in_block


def reader(count):
    """`read(array, place, step)`: so many numbers as a tuple."""
    if count == 0:
        return lambda array, place, step: ()
    before, last = reader(count - 1), count - 1
    return lambda array, place, step: before(array, place, step) + (array[place + last * step],)


def partial_sums_for(team):
    """`partial_sums(array, lane)`: the sixteen sums of a lane."""
    at, column = team.at, team.column

    @makes_view
    def partial_sums(array, lane):
        return column(array, at(lane, PARTIAL_SUMS, 0), PARTIAL_SUMS)

    return partial_sums


def row_for(team):
    """`row_of(work, lane, place, epoch, ordered)`: which sample an epoch visits at a place."""
    at = team.at

    def row_of(work, lane, place, epoch, ordered):
        plan = work.plan[0]
        if not ordered:
            return place
        if plan.order_rows > 0:
            given = work.given[epoch % plan.order_rows * plan.visits + place]
            # The caller, whose array it was, may have written into it when it was copied.
            return min(max(given, 0), plan.samples - 1)
        if plan.shuffle:
            return np.int64(work.order[at(lane, plan.visits, place)])
        return place

    return row_of


def gather_for(dtype, team):
    """`gather(work, lane, samples, first, epoch, ordered, test)`: rows into the arena."""
    cast = np.dtype(dtype).type
    width, at, in_block, row_of = team.width, team.at, in_block_for(team), row_for(team)
    row, row_step, sample, sample_step = team.row, team.row_step, team.sample, team.sample_step

    def copy_features(rows, first, count, work, place):
        step = work.plan[0].block * width
        for i in range(row(), count, row_step()):
            work.arena[unchecked(place + i * step)] = rows[unchecked(first + i)]

    def copy_labels(labels, index, work, place):
        plan = work.plan[0]
        step = plan.block * width
        label = labels[index]
        known = label >= 0 and label < plan.outputs
        for o in range(row(), plan.outputs, row_step()):
            work.arena[unchecked(place + o * step)] = cast(0) if known else cast(np.nan)
        if known and np.int64(label) % row_step() == row():
            work.arena[unchecked(place + np.int64(label) * step)] = cast(1)

    def gather(work, lane, samples, first, epoch, ordered, test):
        plan = work.plan[0]
        inputs = work.test_inputs if test else work.inputs
        targets = work.test_targets if test else work.targets
        features, truth = in_block(work, lane, 0), in_block(work, lane, plan.target_row)
        draw = work.draws[lane] * (plan.test_samples if test else plan.samples)
        for b in range(sample(), samples, sample_step()):
            index = draw + row_of(work, lane, first + b, epoch, ordered)
            x, y = features + b * width, truth + b * width
            copy_features(inputs, index * plan.features, plan.features, work, x)
            if plan.labels:
                copy_labels(targets, index, work, y)
            else:
                copy_features(targets, index * plan.outputs, plan.outputs, work, y)
            if plan.weighted:
                # An ordered one is of a mini-batch.
                share = work.shares[at(lane, 1, 0)] if ordered else 1.0
                weight = 1.0 if test else work.weights[index] * share
                work.sample_weights[at(lane, plan.block, b)] = weight

    return gather


def elementwise(entry, team):
    """`activate(work, lane, layer, samples)`: values, and slopes over the pre-activations."""
    value, slope, in_block, width = entry.value, entry.slope, in_block_for(team), team.width
    row, row_step, sample, sample_step = team.row, team.row_step, team.sample, team.sample_step

    def activate(work, lane, layer, samples):
        z, a = in_block(work, lane, layer.slope_row), in_block(work, lane, layer.output_row)
        across = work.plan[0].block * width
        first, end, step = sample() * width, samples * width, sample_step() * width
        for o in range(row(), layer.n_out, row_step()):
            for i in range(o * across + first, o * across + end, step):
                zi = work.arena[unchecked(z + i)]
                ai = value(zi)
                work.arena[unchecked(a + i)] = ai
                work.arena[unchecked(z + i)] = slope(zi, ai)

    return activate


def coupled(entry, team):
    """The same of an activation that couples the units."""
    forward, plane = entry.forward, team.plane

    def activate(work, lane, layer, samples, first):
        z = plane(work.planes, lane, layer.slope_row, layer.n_out, first)
        a = plane(work.planes, lane, layer.output_row, layer.n_out, first)
        # The room is for numbers of each sample, (ROOM, samples).
        forward(z, a, samples, plane(work.rooms, lane, 0, ROOM, first))

    return team.by_sample(activate)


def by_number(functions):
    """`choose(number, work, lane, layer, samples)`: calls the function of that number."""
    first = functions[0]
    if len(functions) == 1:

        def only(number, work, lane, layer, samples):
            first(work, lane, layer, samples)

        return only
    rest = by_number(functions[1:])

    def choose(number, work, lane, layer, samples):
        if number == 0:
            first(work, lane, layer, samples)
        else:
            rest(number - 1, work, lane, layer, samples)

    return choose


def add_up_for(team):
    """`add_up(work, lane, samples, first, sums, place)`: `losses` to their sixteen sums.

    `first` is the number of the first sample; the sums stand at `place`.
    """
    width, at, adder, adder_step = team.width, team.at, team.adder, team.adder_step

    def add_up(work, lane, samples, first, sums, place):
        losses = at(lane, work.plan[0].block, 0)
        for b in range(adder(first), samples, adder_step()):
            sums[place + (first + b) % PARTIAL_SUMS * width] += work.losses[losses + b * width]

    return add_up


def forward_for(dtype, activations, team):
    """`forward(work, lane, samples, purpose, first, place, step)`: outputs of all layers.

    `first` is the first sample's number in an observation, `place` its place in its mini-batch.
    """
    cast = np.dtype(dtype).type
    width, at, column, in_block = team.width, team.at, team.column, in_block_for(team)
    row, row_step, sample, sample_step = team.row, team.row_step, team.sample, team.sample_step
    rank, size, wait, multiply, add_up = (
        team.rank, team.size, team.wait, team.multiply, add_up_for(team),
    )  # fmt: skip
    activate = by_number([(coupled if e.coupled else elementwise)(e, team) for e in activations])

    def observe(work, lane, layer, samples, first):
        """Add up the sizes of the pre-activations; until then `losses` is free."""
        plan = work.plan[0]
        z, losses = in_block(work, lane, layer.slope_row), at(lane, plan.block, 0)
        for b in range(rank(), samples, size()):
            own = column(work.losses, losses + b * width, 1)
            own[0] = 0.0
            # As of a network of one layer and one sample.
            values = column(work.arena, z + b * width, layer.n_out * plan.block - b)
            add_sizes(Sizes(own), 0, values, plan.block, layer.n_out, 1, 0, 1)
        wait()
        sums = at(lane, plan.depth * PARTIAL_SUMS, layer.index * PARTIAL_SUMS)
        add_up(work, lane, samples, first, work.sizes, sums)
        wait()

    def dense(work, lane, layer, samples, purpose, first):
        plan = work.plan[0]
        z, x = in_block(work, lane, layer.slope_row), in_block(work, lane, layer.input_row)
        weights = at(lane, plan.numbers, layer.weights)
        across = plan.block * width
        multiply(
            plan.processors,
            Matrix(work.parameters, weights, width, layer.n_out * width),
            Matrix(work.arena, x, width, across),
            Matrix(work.arena, z, across, width),
            layer.n_out, samples, layer.n_in, -1, BIAS, work.parameters,
            weights + layer.n_weights * width,
        )  # fmt: skip
        wait()
        if purpose == OBSERVING:
            observe(work, lane, layer, samples, first)
        activate(layer.activation, work, lane, layer, samples)

    def dropout(work, lane, layer, samples, purpose, place, step):
        plan = work.plan[0]
        x, mask = in_block(work, lane, layer.input_row), in_block(work, lane, layer.slope_row)
        out, across = in_block(work, lane, layer.output_row), plan.block * width
        numbers = at(lane, 2 * plan.depth, 2 * layer.index)
        above, scale = np.int64(work.numbers[numbers]), cast(work.numbers[numbers + width])
        seed, fours = work.seeds[lane], (layer.n_in + 3) // 4
        training = purpose == TRAINING
        for b in range(sample(), samples, sample_step()):
            for four in range(row(), fours, row_step()):
                count = min(4, layer.n_in - 4 * four)
                first = 4 * four * across + b * width
                if training:
                    number = (place + b) * fours + four
                    drawn = words(number, DROPOUT_PURPOSE, layer.index, step, seed)
                    for j in range(count):
                        word = drawn[0] if j == 0 else (drawn[1] if j == 1 else drawn[2 + (j == 3)])
                        factor = scale if np.int64(word) >= above else cast(0)
                        work.arena[unchecked(mask + first + j * across)] = factor
                for i in range(first, first + count * across, across):
                    factor = work.arena[unchecked(mask + i)] if training else cast(1)
                    work.arena[unchecked(mask + i)] = factor
                    work.arena[unchecked(out + i)] = work.arena[unchecked(x + i)] * factor

    def rescale(work, lane, layer, samples):
        plan = work.plan[0]
        x, factors = in_block(work, lane, layer.input_row), in_block(work, lane, layer.slope_row)
        out, across = in_block(work, lane, layer.output_row), plan.block * width
        numbers = at(lane, 2 * plan.depth, 2 * layer.index)
        factor, added = cast(work.numbers[numbers]), cast(work.numbers[numbers + width])
        first, end, step = row() * across, layer.n_in * across, row_step() * across
        for b in range(sample(), samples, sample_step()):
            for i in range(b * width + first, b * width + end, step):
                work.arena[unchecked(factors + i)] = factor
                work.arena[unchecked(out + i)] = work.arena[unchecked(x + i)] * factor + added

    def activation(work, lane, layer, samples):
        across = work.plan[0].block * width
        x, z = in_block(work, lane, layer.input_row), in_block(work, lane, layer.slope_row)
        first, end, step = row() * across, layer.n_in * across, row_step() * across
        for b in range(sample(), samples, sample_step()):
            for i in range(b * width + first, b * width + end, step):
                work.arena[unchecked(z + i)] = work.arena[unchecked(x + i)]
        # Each activates what it has copied.
        activate(layer.activation, work, lane, layer, samples)

    def forward(work, lane, samples, purpose, first, place, step):
        for index in range(work.plan[0].depth):
            layer = work.layers[index]
            if layer.kind == DENSE:
                dense(work, lane, layer, samples, purpose, first)
            elif layer.kind == DROPOUT:
                dropout(work, lane, layer, samples, purpose, place, step)
            elif layer.kind == ACTIVATION:
                activation(work, lane, layer, samples)
            else:
                rescale(work, lane, layer, samples)
            wait()

    return forward


def keep_for(team):
    """`keep(work, lane, samples, first)`: the outputs of a block, for the caller."""
    width, at, in_block = team.width, team.at, in_block_for(team)
    row, row_step, sample, sample_step = team.row, team.row_step, team.sample, team.sample_step

    def keep(work, lane, samples, first):
        plan = work.plan[0]
        across, outputs = plan.block * width, in_block(work, lane, plan.output_row)
        kept = at(lane, plan.visits * plan.outputs, first * plan.outputs)
        for b in range(sample(), samples, sample_step()):
            for o in range(row(), plan.outputs, row_step()):
                i = kept + (b * plan.outputs + o) * width
                work.outputs[i] = work.arena[unchecked(outputs + o * across + b * width)]

    return keep


def loss_for(dtype, entry, team):
    """`find(work, lane, samples, valued)`: slopes into the delta, and losses if `valued`."""
    read = reader(max(1, len(entry.hyper)))
    width, at, column, in_block = team.width, team.at, team.column, in_block_for(team)
    plane, rank, size = team.plane, team.rank, team.size
    row, row_step, sample, sample_step = team.row, team.row_step, team.sample, team.sample_step
    if entry.coupled:
        columns = entry.columns

        def evaluate(work, lane, valued, samples, first):
            plan = work.plan[0]
            columns(
                plane(work.planes, lane, plan.output_row, plan.outputs, first),
                plane(work.planes, lane, plan.target_row, plan.outputs, first),
                column(work.losses, at(lane, plan.block, first), plan.block - first),
                plane(work.planes, lane, plan.delta_row, plan.outputs, first),
                read(work.loss_hyper, 0, 1),
                samples,
                plane(work.rooms, lane, 0, ROOM, first),
            )

        find = team.by_sample(evaluate)
        return lambda work, lane, samples, valued: find(work, lane, valued, samples)
    value, slope = entry.value, entry.slope

    def evaluate(work, lane, samples, valued):
        plan = work.plan[0]
        numbers, across = read(work.loss_hyper, 0, 1), plan.block * width
        p, y = in_block(work, lane, plan.output_row), in_block(work, lane, plan.target_row)
        delta = in_block(work, lane, plan.delta_row)
        for b in range(samples):
            total = np.float64(0)
            for i in range(b * width, b * width + plan.outputs * across, across):
                predicted, target = work.arena[unchecked(p + i)], work.arena[unchecked(y + i)]
                work.arena[unchecked(delta + i)] = slope(predicted, target, numbers)
                if valued:
                    total += np.float64(value(predicted, target, numbers))
            if valued:
                work.losses[at(lane, plan.block, b)] = total / plan.outputs

    def share(work, lane, samples, valued):
        """The same of a team: the chains of losses are long, so slopes are not found in them."""
        plan = work.plan[0]
        numbers, across = read(work.loss_hyper, 0, 1), plan.block * width
        p, y = in_block(work, lane, plan.output_row), in_block(work, lane, plan.target_row)
        delta = in_block(work, lane, plan.delta_row)
        for o in range(row(), plan.outputs, row_step()):
            for i in range(o * across + sample(), o * across + samples, sample_step()):
                predicted, target = work.arena[unchecked(p + i)], work.arena[unchecked(y + i)]
                work.arena[unchecked(delta + i)] = slope(predicted, target, numbers)
        for b in range(rank(), samples if valued else 0, size()):
            total = np.float64(0)
            for i in range(b, b + plan.outputs * across, across):
                predicted, target = work.arena[unchecked(p + i)], work.arena[unchecked(y + i)]
                total += np.float64(value(predicted, target, numbers))
            work.losses[b] = total / plan.outputs

    return evaluate if team.alone else share


def backward_for(dtype, activations, team):
    """`backward(work, lane, samples, factor, continued)`: the gradient of a block of samples.

    It is added to that of earlier ones if it is `continued`. `factor` is that of a sample's loss in
    what is descended. Where nothing is trained, the gradient stays zero, as it began.
    """
    cast = np.dtype(dtype).type
    width, at, in_block, plane = team.width, team.at, in_block_for(team), team.plane
    row, row_step, sample, sample_step = team.row, team.row_step, team.sample, team.sample_step
    wait, multiply = team.wait, team.multiply

    def times(work, lane, rows, count, samples, by):
        delta, factors = in_block(work, lane, rows), in_block(work, lane, by)
        across = work.plan[0].block * width
        first, end, step = sample() * width, samples * width, sample_step() * width
        for o in range(row(), count, row_step()):
            for i in range(o * across + first, o * across + end, step):
                work.arena[unchecked(delta + i)] *= work.arena[unchecked(factors + i)]

    def by_slopes(work, lane, layer, samples):
        times(work, lane, layer.delta_row, layer.n_out, samples, layer.slope_row)

    def together(entry):
        back = entry.backward

        def differentiate(work, lane, layer, samples, first):
            delta = plane(work.planes, lane, layer.delta_row, layer.n_out, first)
            outputs = plane(work.planes, lane, layer.output_row, layer.n_out, first)
            room = plane(work.rooms, lane, 0, ROOM, first)
            back(outputs, delta, delta, samples, room)

        of_all = team.by_sample(differentiate)

        def after_all(work, lane, layer, samples):
            wait()
            of_all(work, lane, layer, samples)

        return after_all

    differentiate = by_number([together(e) if e.coupled else by_slopes for e in activations])

    def add_gradient(work, lane, layer, samples, continued):
        plan = work.plan[0]
        across = plan.block * width
        x, delta = in_block(work, lane, layer.input_row), in_block(work, lane, layer.delta_row)
        place = at(lane, plan.parameters, layer.weights)
        # That of the biases, which follow the weights, is as of an input that is one.
        biased = layer.trained == layer.count
        multiply(
            plan.processors,
            Matrix(work.arena, x, across, width),
            Matrix(work.arena, delta, across, width),
            Matrix(work.gradient, place, layer.n_out * width, width),
            layer.n_in + biased, layer.n_out, samples, layer.n_in if biased else -1,
            GO_ON if continued else ZERO, work.gradient, place,
        )  # fmt: skip

    def scale(work, lane, samples, factor):
        plan = work.plan[0]
        delta, across = in_block(work, lane, plan.delta_row), plan.block * width
        first, end, step = row() * across, plan.outputs * across, row_step() * across
        for b in range(sample(), samples, sample_step()):
            own = factor
            if plan.weighted:
                own = work.sample_weights[at(lane, plan.block, b)] * factor
            for i in range(b * width + first, b * width + end, step):
                work.arena[unchecked(delta + i)] *= cast(own)

    def backward(work, lane, samples, factor, continued):
        plan = work.plan[0]
        scale(work, lane, samples, factor)
        for back in range(plan.depth):
            layer = work.layers[plan.depth - 1 - back]
            if layer.kind != DENSE:
                times(work, lane, layer.delta_row, layer.n_out, samples, layer.slope_row)
                continue
            differentiate(layer.activation, work, lane, layer, samples)
            wait()
            if layer.trained > 0:
                add_gradient(work, lane, layer, samples, continued)
            if layer.needs_input_gradient:
                across = plan.block * width
                weights = at(lane, plan.numbers, layer.weights)
                delta = in_block(work, lane, layer.delta_row)
                below = in_block(work, lane, layer.below_row)
                multiply(
                    plan.processors,
                    Matrix(work.parameters, weights, layer.n_out * width, width),
                    Matrix(work.arena, delta, width, across),
                    Matrix(work.arena, below, across, width),
                    layer.n_in, samples, layer.n_out, -1, ZERO, work.parameters, weights,
                )  # fmt: skip
            wait()

    return backward


def count_for(team):
    """`count(work, lane, samples)`: adds those of a block that are predicted right to the hits."""
    at, column, in_block, add = team.at, team.column, in_block_for(team), team.add
    width = team.width

    def count_some(work, lane, hits, samples, first):
        plan = work.plan[0]
        p, y = in_block(work, lane, plan.output_row), in_block(work, lane, plan.target_row)
        rows = plan.outputs * plan.block - first
        right = column(work.counts, hits + (1 + first) * width, 1)
        predictions = column(work.arena, p + first * width, rows)
        targets = column(work.arena, y + first * width, rows)
        count_correct(
            plan.accuracy, predictions, targets, plan.outputs, samples, plan.block, right, 1
        )
        add(work.counts, hits, right[0])

    count_all = team.by_sample(count_some)

    def count(work, lane, samples):
        plan = work.plan[0]
        if plan.accuracy != NO_ACCURACY:
            count_all(work, lane, at(lane, 1 + plan.block, HITS), samples)

    return count
