"""The update of a network: penalties, clipping, the optimizer's formula, bounds on norms."""

import numpy as np

from fastdense.devices.cuda.passes import reader
from fastdense.kernels.layout import PARTIAL_SUMS, POWERS
from fastdense.numerics.primitives import sqrt


def rounder(count, cast):
    """`rounded(values)`: so many numbers in another type."""
    if count == 0:
        return lambda values: ()
    before, last = rounder(count - 1, cast), count - 1
    return lambda values: before(values) + (cast(values[last]),)


def step_for(entry, normal):
    """`advance(numbers, p, slot, frozen, g, k)`: the update of the parameter that stands at `p`.

    Its slots stand `slot` apart. Of a `frozen` network only they advance.
    """
    step = entry.step

    def no_slot(numbers, p, slot, frozen, g, k):
        (new,) = step(numbers[p], g, k)
        numbers[p] = numbers[p] if frozen else new

    def one_slot(numbers, p, slot, frozen, g, k):
        new, a = step(numbers[p], g, numbers[p + slot], k)
        numbers[p] = numbers[p] if frozen else new
        numbers[p + slot] = normal(a)

    def two_slots(numbers, p, slot, frozen, g, k):
        new, a, b = step(numbers[p], g, numbers[p + slot], numbers[p + 2 * slot], k)
        numbers[p] = numbers[p] if frozen else new
        numbers[p + slot] = normal(a)
        numbers[p + 2 * slot] = normal(b)

    def three_slots(numbers, p, slot, frozen, g, k):
        first, second, third = p + slot, p + 2 * slot, p + 3 * slot
        new, a, b, c = step(numbers[p], g, numbers[first], numbers[second], numbers[third], k)
        numbers[p] = numbers[p] if frozen else new
        numbers[first] = normal(a)
        numbers[second] = normal(b)
        numbers[third] = normal(c)

    return (no_slot, one_slot, two_slots, three_slots)[len(entry.slots)]


def update_for(dtype, optimizer, schedule, team):
    """`update(work, lane, step)`: of all parameters, given their gradient."""
    cast = np.dtype(dtype).type
    least = np.finfo(dtype).tiny
    read = reader(max(1, len(optimizer.hyper)))
    read_schedule = reader(max(1, len(schedule.hyper)))
    defaults = tuple(float(value) for value in optimizer.hyper.values())
    count = len(optimizer.advance(0.5, defaults, [1.0] * POWERS))
    rounded, factor, prepare = rounder(count, cast), schedule.factor, optimizer.advance
    width, at, column, squares = team.width, team.at, team.column, team.squares
    rank, size, wait = team.rank, team.size, team.wait

    def normal(number):
        # As on the CPU, a slot is zero where it would be subnormal.
        return cast(0) if abs(number) < least else number

    advance = step_for(optimizer, normal)

    def regularize(work, lane):
        plan = work.plan[0]
        rows = 1 + 4 * plan.depth
        bound, share = at(lane, rows, 0), work.penalty_shares[at(lane, 1, 0)]
        most = work.penalties[bound]
        for index in range(plan.depth):
            layer = work.layers[index]
            own = bound + (1 + 4 * index) * width
            p, place = (
                at(lane, plan.numbers, layer.weights),
                at(lane, plan.parameters, layer.weights),
            )
            # The weights, and the biases behind them; of a frozen layer neither.
            first, end = 0, layer.n_weights * width
            for _ in range(2 if layer.trained > 0 else 0):
                l1, twice_l2 = work.penalties[own], work.penalties[own + width]
                some = l1 != cast(0) or twice_l2 != cast(0)
                for i in range(first + rank() * width, end, size() * width):
                    g = work.gradient[place + i]
                    if some:
                        w = work.parameters[p + i]
                        sign = cast(w > cast(0)) - cast(w < cast(0))
                        g = g + (l1 * sign + twice_l2 * w) * share
                    if most > cast(0):
                        g = min(max(g, -most), most)
                    work.gradient[place + i] = g
                first, end, own = end, layer.count * width, own + 2 * width

    def bound_norms(work, lane):
        plan = work.plan[0]
        most = work.networks[lane].clip_norm
        sums = column(work.partial, at(lane, PARTIAL_SUMS, 0), PARTIAL_SUMS)
        first = 0
        for part in range(max(plan.bounded_arrays, 1)):
            end = work.ends[part] if plan.bounded_arrays > 0 else plan.parameters
            place = at(lane, plan.parameters, first)
            norm = sqrt(squares(column(work.gradient, place, end - first), end - first, sums))
            if most > 0.0 and norm > most:
                shorter = cast(most / norm)
                past = place + (end - first) * width
                for i in range(place + rank() * width, past, size() * width):
                    work.gradient[i] *= shorter
            first = end

    def constrain(work, lane):
        plan = work.plan[0]
        for index in range(plan.depth):
            layer = work.layers[index]
            if layer.max_norm == 0.0:
                continue
            across = layer.n_out * width
            for o in range(rank(), layer.n_out, size()):
                place = at(lane, plan.numbers, layer.weights + o)
                squares = np.float64(0)
                for i in range(place, place + layer.n_in * across, across):
                    squares += np.float64(work.parameters[i] * work.parameters[i])
                norm = sqrt(squares)
                if norm > layer.max_norm and work.frozen[lane] == 0:
                    shorter = cast(layer.max_norm / norm)
                    for i in range(place, place + layer.n_in * across, across):
                        work.parameters[i] *= shorter

    def numbers_of(work, lane, step):
        """Those of the optimizer's formula, which one call a step advances."""
        plan = work.plan[0]
        epoch = np.float64(step) / np.float64(plan.steps_per_epoch)
        share = np.float64(
            factor(epoch, np.float64(plan.epochs), read_schedule(work.schedule_hyper, 0, 1))
        )
        powers = column(work.powers, at(lane, POWERS, 0), POWERS)
        hyper = read(work.hyper, at(lane, plan.hypers, 0), width)
        return rounded(prepare(work.rates[lane] * share, hyper, powers))

    numbers_for_all = team.once(numbers_of, count)

    def update(work, lane, step):
        plan = work.plan[0]
        if plan.penalized or plan.clipped:
            regularize(work, lane)
        if plan.bounded:
            bound_norms(work, lane)
        k = numbers_for_all(work, lane, step)  # all have waited for each other
        frozen, slot = work.frozen[lane] != 0, plan.parameters * width
        for index in range(plan.depth):
            layer = work.layers[index]
            p, place = (
                at(lane, plan.numbers, layer.weights),
                at(lane, plan.parameters, layer.weights),
            )
            for i in range(rank() * width, layer.trained * width, size() * width):
                advance(work.parameters, p + i, slot, frozen, work.gradient[place + i], k)
        if plan.constrained:
            wait()
            constrain(work, lane)

    return update
