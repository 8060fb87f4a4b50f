"""A block of samples through a network: gathered, forward, the loss, and back to the gradient.

Sample after sample is added to a gradient, so it is one chain over a mini-batch however that is cut
into blocks.
"""

from collections import namedtuple

import numpy as np

from fastdense.devices.cuda.layout import (
    ACTIVATION,
    CORRECT,
    COUNTS,
    DENSE,
    DROPOUT,
    WARP,
    at,
    column,
    makes_view,
)
from fastdense.devices.cuda.tiles import BIAS, GO_ON, ZERO, product, unchecked
from fastdense.kernels.layers._observing import add_sizes
from fastdense.kernels.layout import NO_ACCURACY, OBSERVING, PARTIAL_SUMS, TRAINING
from fastdense.kernels.samples.accuracy import count_correct
from fastdense.kernels.samples.random_words import words
from fastdense.numerics.primitives import fma
from fastdense.numerics.streams import DROPOUT as DROPOUT_PURPOSE

Sizes = namedtuple("Sizes", "sizes")  # what `add_sizes` writes into


def in_block(work, lane, row):
    """Where a row of the arena stands, whose samples are a warp apart."""
    plan = work.plan[0]
    return at(lane, plan.rows * plan.block, row * plan.block)


def reader(count):
    """`read(array, place, step)`: so many numbers as a tuple."""
    if count == 0:
        return lambda array, place, step: ()
    before, last = reader(count - 1), count - 1
    return lambda array, place, step: before(array, place, step) + (array[place + last * step],)


def gather_for(dtype):
    """`gather(work, lane, samples, first, epoch, ordered, test)`: rows into the arena."""
    cast = np.dtype(dtype).type

    def row_of(work, lane, sample, epoch, ordered):
        plan = work.plan[0]
        if not ordered:
            return sample
        if plan.order_rows > 0:
            given = work.given[epoch % plan.order_rows * plan.visits + sample]
            # The caller, whose array it was, may have written into it when it was copied.
            return min(max(given, 0), plan.samples - 1)
        if plan.shuffle:
            return np.int64(work.order[at(lane, plan.visits, sample)])
        return sample

    def copy_features(rows, first, count, work, place):
        step = work.plan[0].block * WARP
        for i in range(count):
            work.arena[unchecked(place + i * step)] = rows[unchecked(first + i)]

    def copy_labels(labels, row, work, place):
        plan = work.plan[0]
        step = plan.block * WARP
        label = labels[row]
        known = label >= 0 and label < plan.outputs
        for o in range(plan.outputs):
            work.arena[unchecked(place + o * step)] = cast(0) if known else cast(np.nan)
        if known:
            work.arena[unchecked(place + np.int64(label) * step)] = cast(1)

    def gather(work, lane, samples, first, epoch, ordered, test):
        plan = work.plan[0]
        inputs = work.test_inputs if test else work.inputs
        targets = work.test_targets if test else work.targets
        features, truth = in_block(work, lane, 0), in_block(work, lane, plan.target_row)
        draw = work.draws[lane] * (plan.test_samples if test else plan.samples)
        for b in range(samples):
            row = draw + row_of(work, lane, first + b, epoch, ordered)
            x, y = features + b * WARP, truth + b * WARP
            copy_features(inputs, row * plan.features, plan.features, work, x)
            if plan.labels:
                copy_labels(targets, row, work, y)
            else:
                copy_features(targets, row * plan.outputs, plan.outputs, work, y)
            if plan.weighted:
                weight = 1.0 if test else work.weights[row]
                work.sample_weights[at(lane, plan.block, b)] = weight

    return gather


def elementwise(entry):
    """`activate(work, lane, layer, samples)`: values, and slopes over the pre-activations."""
    value, slope = entry.value, entry.slope

    def activate(work, lane, layer, samples):
        z, a = in_block(work, lane, layer.slope_row), in_block(work, lane, layer.output_row)
        step = work.plan[0].block * WARP
        for row in range(layer.n_out):
            for i in range(row * step, row * step + samples * WARP, WARP):
                zi = work.arena[unchecked(z + i)]
                ai = value(zi)
                work.arena[unchecked(a + i)] = ai
                work.arena[unchecked(z + i)] = slope(zi, ai)

    return activate


@makes_view
def plane(work, lane, row, count):
    """Rows of the arena as an array (count, samples), as coupled formulas take them."""
    return work.planes[lane >> 5, row : row + count, :, lane & 31]


@makes_view
def room(work, lane):
    """Where coupled formulas keep numbers of each sample, an array (ROOM, samples)."""
    return work.rooms[lane >> 5, :, :, lane & 31]


def coupled(entry):
    """The same of an activation that couples the units."""
    forward = entry.forward

    def activate(work, lane, layer, samples):
        z = plane(work, lane, layer.slope_row, layer.n_out)
        forward(z, plane(work, lane, layer.output_row, layer.n_out), samples, room(work, lane))

    return activate


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


def forward_for(dtype, activations):
    """`forward(work, lane, samples, purpose, first, place, step)`: outputs of all layers.

    `first` is the first sample's number in an observation, `place` its place in its mini-batch.
    """
    cast = np.dtype(dtype).type
    activate = by_number([coupled(e) if e.coupled else elementwise(e) for e in activations])

    def dense(work, lane, layer, samples, purpose, first):
        plan = work.plan[0]
        z, x = in_block(work, lane, layer.slope_row), in_block(work, lane, layer.input_row)
        weights = at(lane, plan.numbers, layer.weights)
        bias = weights + layer.n_weights * WARP
        step = plan.block * WARP
        product(
            work.parameters, weights, WARP, layer.n_out * WARP, work.arena, x, WARP, step,
            work.arena, z, step, WARP, layer.n_out, samples, layer.n_in, BIAS, work.parameters,
            bias,
        )  # fmt: skip
        if purpose == OBSERVING:
            sums = at(lane, plan.depth * PARTIAL_SUMS, 0)
            sizes = Sizes(column(work.sizes, sums, plan.depth * PARTIAL_SUMS))
            values = column(work.arena, z, layer.n_out * plan.block)
            add_sizes(sizes, layer.index, values, plan.block, layer.n_out, samples, first, 1)
        activate(layer.activation, work, lane, layer, samples)

    def dropout(work, lane, layer, samples, purpose, place, step):
        plan = work.plan[0]
        x, mask = in_block(work, lane, layer.input_row), in_block(work, lane, layer.slope_row)
        out, across = in_block(work, lane, layer.output_row), plan.block * WARP
        numbers = at(lane, 2 * plan.depth, 2 * layer.index)
        above, scale = np.int64(work.numbers[numbers]), cast(work.numbers[numbers + WARP])
        seed, blocks = work.seeds[lane], (layer.n_in + 3) // 4
        for b in range(samples):
            for block in range(blocks if purpose == TRAINING else 0):
                four = words((place + b) * blocks + block, DROPOUT_PURPOSE, layer.index, step, seed)
                for j in range(min(4, layer.n_in - 4 * block)):
                    word = four[0] if j == 0 else (four[1] if j == 1 else four[2 + (j == 3)])
                    i = (4 * block + j) * across + b * WARP
                    work.arena[unchecked(mask + i)] = scale if np.int64(word) >= above else cast(0)
            for i in range(b * WARP, b * WARP + layer.n_in * across, across):
                factor = work.arena[unchecked(mask + i)] if purpose == TRAINING else cast(1)
                work.arena[unchecked(mask + i)] = factor
                work.arena[unchecked(out + i)] = work.arena[unchecked(x + i)] * factor

    def rescale(work, lane, layer, samples):
        plan = work.plan[0]
        x, factors = in_block(work, lane, layer.input_row), in_block(work, lane, layer.slope_row)
        out, across = in_block(work, lane, layer.output_row), plan.block * WARP
        numbers = at(lane, 2 * plan.depth, 2 * layer.index)
        factor, added = cast(work.numbers[numbers]), cast(work.numbers[numbers + WARP])
        for b in range(samples):
            for i in range(b * WARP, b * WARP + layer.n_in * across, across):
                work.arena[unchecked(factors + i)] = factor
                work.arena[unchecked(out + i)] = work.arena[unchecked(x + i)] * factor + added

    def activation(work, lane, layer, samples):
        across = work.plan[0].block * WARP
        x, z = in_block(work, lane, layer.input_row), in_block(work, lane, layer.slope_row)
        for b in range(samples):
            for i in range(b * WARP, b * WARP + layer.n_in * across, across):
                work.arena[unchecked(z + i)] = work.arena[unchecked(x + i)]
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

    return forward


def loss_for(dtype, entry):
    """`find(work, lane, samples, valued)`: slopes into the delta, and losses if `valued`."""
    read = reader(max(1, len(entry.hyper)))
    if entry.coupled:
        columns = entry.columns

        def evaluate(work, lane, samples, valued):
            plan = work.plan[0]
            columns(
                plane(work, lane, plan.output_row, plan.outputs),
                plane(work, lane, plan.target_row, plan.outputs),
                column(work.losses, at(lane, plan.block, 0), plan.block),
                plane(work, lane, plan.delta_row, plan.outputs),
                read(work.loss_hyper, 0, 1),
                samples,
                room(work, lane),
            )

        return evaluate
    value, slope = entry.value, entry.slope

    def evaluate(work, lane, samples, valued):
        plan = work.plan[0]
        numbers, across = read(work.loss_hyper, 0, 1), plan.block * WARP
        p, y = in_block(work, lane, plan.output_row), in_block(work, lane, plan.target_row)
        delta = in_block(work, lane, plan.delta_row)
        for b in range(samples):
            total = np.float64(0)
            for i in range(b * WARP, b * WARP + plan.outputs * across, across):
                predicted, target = work.arena[unchecked(p + i)], work.arena[unchecked(y + i)]
                work.arena[unchecked(delta + i)] = slope(predicted, target, numbers)
                if valued:
                    total += np.float64(value(predicted, target, numbers))
            if valued:
                work.losses[at(lane, plan.block, b)] = total / plan.outputs

    return evaluate


def backward_for(dtype, activations):
    """`backward(work, lane, samples, factor, continued)`: the gradient of a block of samples.

    It is added to that of earlier ones if it is `continued`. `factor` is that of a sample's loss in
    what is descended.
    """
    cast = np.dtype(dtype).type

    def multiply(work, lane, rows, count, samples, by):
        delta, factors = in_block(work, lane, rows), in_block(work, lane, by)
        across = work.plan[0].block * WARP
        for row in range(count):
            for i in range(row * across, row * across + samples * WARP, WARP):
                work.arena[unchecked(delta + i)] *= work.arena[unchecked(factors + i)]

    def by_slopes(work, lane, layer, samples):
        multiply(work, lane, layer.delta_row, layer.n_out, samples, layer.slope_row)

    def together(entry):
        back = entry.backward

        def differentiate(work, lane, layer, samples):
            delta = plane(work, lane, layer.delta_row, layer.n_out)
            outputs = plane(work, lane, layer.output_row, layer.n_out)
            back(outputs, delta, delta, samples, room(work, lane))

        return differentiate

    differentiate = by_number([together(e) if e.coupled else by_slopes for e in activations])

    def no_gradient(work, lane, layer):
        place = at(lane, work.plan[0].parameters, layer.weights)
        for i in range(place, place + layer.count * WARP, WARP):
            work.gradient[unchecked(i)] = cast(0)

    def add_gradient(work, lane, layer, samples, continued):
        plan = work.plan[0]
        across = plan.block * WARP
        x, delta = in_block(work, lane, layer.input_row), in_block(work, lane, layer.delta_row)
        place = at(lane, plan.parameters, layer.weights)
        product(
            work.arena, x, across, WARP, work.arena, delta, across, WARP, work.gradient, place,
            layer.n_out * WARP, WARP, layer.n_in, layer.n_out, samples,
            GO_ON if continued else ZERO, work.gradient, place,
        )  # fmt: skip
        bias = place + layer.n_weights * WARP
        for o in range(layer.n_out):
            total = work.gradient[unchecked(bias + o * WARP)] if continued else cast(0)
            for i in range(o * across, o * across + samples * WARP, WARP):
                total = fma(cast(1), work.arena[unchecked(delta + i)], total)
            # One that is not used has no gradient.
            work.gradient[unchecked(bias + o * WARP)] = (
                total if layer.trained == layer.count else cast(0)
            )

    def scale(work, lane, samples, factor):
        plan = work.plan[0]
        delta, across = in_block(work, lane, plan.delta_row), plan.block * WARP
        for b in range(samples):
            own = factor
            if plan.weighted:
                own = work.sample_weights[at(lane, plan.block, b)] * factor
            for i in range(b * WARP, b * WARP + plan.outputs * across, across):
                work.arena[unchecked(delta + i)] *= cast(own)

    def backward(work, lane, samples, factor, continued):
        plan = work.plan[0]
        scale(work, lane, samples, factor)
        for back in range(plan.depth):
            layer = work.layers[plan.depth - 1 - back]
            if layer.kind != DENSE:
                multiply(work, lane, layer.delta_row, layer.n_out, samples, layer.slope_row)
                continue
            differentiate(layer.activation, work, lane, layer, samples)
            if layer.trained > 0:
                add_gradient(work, lane, layer, samples, continued)
            else:
                no_gradient(work, lane, layer)
            if layer.needs_input_gradient:
                across = plan.block * WARP
                weights = at(lane, plan.numbers, layer.weights)
                delta = in_block(work, lane, layer.delta_row)
                below = in_block(work, lane, layer.below_row)
                product(
                    work.parameters, weights, layer.n_out * WARP, WARP, work.arena, delta, WARP,
                    across, work.arena, below, across, WARP, layer.n_in, samples, layer.n_out,
                    ZERO, work.parameters, weights,
                )  # fmt: skip

    return backward


def count_right(work, lane, samples):
    """How many of a block are predicted right."""
    plan = work.plan[0]
    if plan.accuracy == NO_ACCURACY:
        return np.int64(0)
    count = plan.outputs * plan.block
    predictions = column(work.arena, in_block(work, lane, plan.output_row), count)
    targets = column(work.arena, in_block(work, lane, plan.target_row), count)
    correct = column(work.counts, at(lane, COUNTS, CORRECT), 1)
    count_correct(
        plan.accuracy, predictions, targets, plan.outputs, samples, plan.block, correct, 1
    )
    return correct[0]
