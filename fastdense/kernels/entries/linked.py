"""Kernels that the training loop reaches through addresses: one or more of every entry.

The loop calls one such kernel per layer and step, with whole arrays, so the call (about 10 ns)
does not count; and the loop is compiled once, whatever entries exist. See bench/NOTES.md. What the
arguments of a call point at lies apart, which the compiler is told (`registry.py`).
"""

import numpy as np
from numba import njit, types

from fastdense.entry import ROOM
from fastdense.kernels.compile.compiler import view
from fastdense.kernels.compile.pointers import (
    cast_tuple,
    offset,
    stack_array,
    tuple_reader,
    tuple_writer,
)
from fastdense.kernels.compile.primitives import INLINE
from fastdense.kernels.layout import POWERS, group_of
from fastdense.numerics.primitives import fma

FLOAT64 = types.CPointer(types.float64)
INT = types.intp
SIDE = 64  # numbers of a row that are updated together, or samples of a formula that couples


def compiled(function):
    return njit(function, **INLINE)


def room_for(kind):
    """An intrinsic: numbers of SIDE samples, on the stack."""
    return stack_array(ROOM * SIDE, kind)


def activation(entry, kind):
    """`(z, a, rows, columns, stride)`: values into `a`, and slopes over `z`."""
    value, slope = compiled(entry.value), compiled(entry.slope)

    def activate(z, a, rows, columns, stride):
        if columns == stride:
            rows, columns = 1, rows * stride
        for row in range(rows):
            first = row * stride
            for i in range(first, first + columns):
                zi = z[i]
                ai = value(zi)
                a[i] = ai
                z[i] = slope(zi, ai)

    pointer = types.CPointer(kind)
    return activate, types.void(pointer, pointer, INT, INT, INT)


def value(entry, kind):
    """`(a, rows, columns, stride)`: values over pre-activations, where no slope is asked for."""
    value = compiled(entry.value)

    def evaluate(a, rows, columns, stride):
        if columns == stride:
            rows, columns = 1, rows * stride
        for row in range(rows):
            first = row * stride
            for i in range(first, first + columns):
                a[i] = value(a[i])

    return evaluate, types.void(types.CPointer(kind), INT, INT, INT)


def coupled_forward(entry, kind):
    """`(z, a, rows, columns, stride)` for an activation that couples the features."""
    forward = compiled(entry.forward)

    room_of = room_for(kind)

    def activate(z, a, rows, columns, stride):
        room, shape = room_of(), (rows, stride)
        for first in range(0, columns, SIDE):
            own, out = view(offset(z, first), shape), view(offset(a, first), shape)
            forward(own, out, min(SIDE, columns - first), view(room, (ROOM, SIDE)))

    pointer = types.CPointer(kind)
    return activate, types.void(pointer, pointer, INT, INT, INT)


def coupled_backward(entry, kind):
    """`(a, da, rows, columns, stride)`: turns `da` into `dz` in place."""
    backward = compiled(entry.backward)

    room_of = room_for(kind)

    def differentiate(a, da, rows, columns, stride):
        room, shape = room_of(), (rows, stride)
        for first in range(0, columns, SIDE):
            own, gradient = view(offset(a, first), shape), view(offset(da, first), shape)
            many = min(SIDE, columns - first)
            backward(own, gradient, gradient, many, view(room, (ROOM, SIDE)))

    pointer = types.CPointer(kind)
    return differentiate, types.void(pointer, pointer, INT, INT, INT)


def loss(entry, kind):
    """`(p, y, slope, loss, hyper, rows, columns, stride, valued)`: slopes, and the loss per sample.

    The latter in float64, and only where it is `valued`, if it is not a byproduct.
    """
    read = tuple_reader(max(1, len(entry.hyper)))
    pointer = types.CPointer(kind)
    signature = types.void(*[pointer] * 3, FLOAT64, pointer, INT, INT, INT, types.boolean)
    if entry.coupled:
        coupled, room_of = compiled(entry.columns), room_for(kind)

        def evaluate(p, y, slopes, losses, hyper, rows, columns, stride, valued):
            room, shape = room_of(), (rows, stride)
            for first in range(0, columns, SIDE):
                coupled(
                    view(offset(p, first), shape),
                    view(offset(y, first), shape),
                    view(offset(losses, first), (stride,)),
                    view(offset(slopes, first), shape),
                    read(hyper),
                    min(SIDE, columns - first),
                    view(room, (ROOM, SIDE)),
                )

        return evaluate, signature

    value, slope = compiled(entry.value), compiled(entry.slope)

    def evaluate(p, y, slopes, losses, hyper, rows, columns, stride, valued):
        numbers = read(hyper)
        for row in range(rows):
            first = row * stride
            for b in range(first, first + columns):
                slopes[b] = slope(p[b], y[b], numbers)
        if not valued:
            return
        for b in range(columns):
            losses[b] = 0.0
        for row in range(rows):
            first = row * stride
            for b in range(columns):
                losses[b] += types.float64(value(p[first + b], y[first + b], numbers))
        for b in range(columns):
            losses[b] /= rows

    return evaluate, signature


def scalars_of(entry):
    """How many numbers the optimizer's `advance` returns."""
    defaults = tuple(float(v) for v in entry.hyper.values())
    return len(entry.advance(0.5, defaults, [1.0] * POWERS))


def advance(entry, kind):
    """`(rate, hyper, powers, scalars)`: what all updates of an optimizer's step have in common.

    Everything is float64, whatever the `kind`.
    """
    advance = compiled(entry.advance)
    read, write = tuple_reader(max(1, len(entry.hyper))), tuple_writer()

    def prepare(rate, hyper, powers, scalars):
        write(scalars, advance(rate, read(hyper), powers))

    return prepare, types.void(types.float64, FLOAT64, FLOAT64, FLOAT64)


def normal_for(kind):
    """A number in place of one that may be subnormal.

    Slots of units that are never active decay to subnormal numbers, with which divisions and roots
    take four times as long; so they become zero there.
    """
    dtype = np.dtype(str(kind)).type
    zero, least = dtype(0), np.finfo(dtype).tiny

    @compiled
    def normal(number):
        return zero if abs(number) < least else number

    return normal


def _updating(entry, kind, gradient):
    """`(p, x, g, slots, n, stride, k, frozen)`: the update of n neighboring parameters.

    Slot j of parameter i is `slots[j * stride + i]`, its gradient `gradient(x, g[i])`. With
    `frozen`, for a recipe whose learning rate is zero, the parameters keep their bits and only the
    slots advance: `0 * g` would lose the sign of a zero, or make NaN of an infinite gradient.
    """
    step, normal = compiled(entry.step), normal_for(kind)

    def no_slot(p, x, g, slots, n, stride, k, frozen):
        for i in range(n):
            (new,) = step(p[i], gradient(x, g[i]), k)
            p[i] = p[i] if frozen else new

    def one_slot(p, x, g, slots, n, stride, k, frozen):
        for i in range(n):
            new, a = step(p[i], gradient(x, g[i]), slots[i], k)
            p[i] = p[i] if frozen else new
            slots[i] = normal(a)

    def two_slots(p, x, g, slots, n, stride, k, frozen):
        for i in range(n):
            new, a, b = step(p[i], gradient(x, g[i]), slots[i], slots[stride + i], k)
            p[i] = p[i] if frozen else new
            slots[i] = normal(a)
            slots[stride + i] = normal(b)

    def three_slots(p, x, g, slots, n, stride, k, frozen):
        for i in range(n):
            second, third = stride + i, 2 * stride + i
            old = slots[i], slots[second], slots[third]
            new, a, b, c = step(p[i], gradient(x, g[i]), *old, k)
            p[i] = p[i] if frozen else new
            slots[i] = normal(a)
            slots[second] = normal(b)
            slots[third] = normal(c)

    return compiled((no_slot, one_slot, two_slots, three_slots)[len(entry.slots)])


def optimizer(entry, kind):
    """`(p, g, slots, n, stride, scalars, frozen)`: the update of n parameters in place."""
    update = _updating(entry, kind, compiled(lambda x, g: g))
    read = tuple_reader(scalars_of(entry))

    def optimize(p, g, slots, n, stride, scalars, frozen):
        update(p, p[0], g, slots, n, stride, cast_tuple(read(scalars), p[0]), frozen)

    pointer = types.CPointer(kind)
    return optimize, types.void(pointer, pointer, pointer, INT, INT, FLOAT64, types.boolean)


def online(entry, kind):
    """`(p, x, delta, rows, columns, slots, stride, scalars, frozen)`: the update of a matrix.

    For one sample: the gradient of p (rows, columns) is x times delta, and never in memory.
    """
    zero = np.float32(0) if kind == types.float32 else np.float64(0)
    # Like a chain of products, which starts from zero.
    update = _updating(entry, kind, compiled(lambda x, delta: fma(x, delta, zero)))
    read = tuple_reader(scalars_of(entry))

    @compiled
    def panel(p, x, delta, rows, columns, n, slots, stride, k, frozen):
        row = 0
        while row < rows:  # of `range` LLVM makes more instructions
            update(p, x[row], delta, slots, n, stride, k, frozen)
            p, slots = offset(p, columns), offset(slots, columns)
            row += 1

    def optimize(p, x, delta, rows, columns, slots, stride, scalars, frozen):
        k = cast_tuple(read(scalars), p[0])
        side = np.int64(SIDE)
        first = 0
        while first < columns:
            place, line, factors = offset(p, first), offset(slots, first), offset(delta, first)
            rest = columns - first
            if rest >= side:  # a constant: without a loop, delta stays in registers
                panel(place, x, factors, rows, columns, side, line, stride, k, frozen)
            else:
                panel(place, x, factors, rows, columns, rest, line, stride, k, frozen)
            first += side

    pointer = types.CPointer(kind)
    return optimize, types.void(
        *(pointer, pointer, pointer, INT, INT, pointer, INT, FLOAT64, types.boolean)
    )


def pack_advance(entry, kind):
    """`(factor, rates, hyper, powers, scalars, lanes)`: `advance` for every lane of a pack.

    Each lane has a rate, and numbers of its own in the rows of `hyper` and `powers`. Scalars are
    rounded to the `kind` of the training; those of a group of lanes stand together, (count, group).
    """
    advance, count = compiled(entry.advance), scalars_of(entry)
    hypers, group = max(1, len(entry.hyper)), group_of(kind)
    read, write = tuple_reader(hypers), tuple_writer(stride=group)

    def prepare(factor, rates, hyper, powers, scalars, lanes):
        for first in range(0, lanes, group):
            for place in range(group):
                lane = first + place
                own = read(offset(hyper, lane * hypers))
                fresh = advance(rates[lane] * factor, own, offset(powers, lane * POWERS))
                write(offset(scalars, first * count + place), fresh)

    pointer = types.CPointer(kind)
    return prepare, types.void(types.float64, FLOAT64, FLOAT64, FLOAT64, pointer, INT)


def pack_optimizer(entry, kind):
    """`(p, g, a, b, c, n, scalars, frozen, lanes)`: the update of n parameters of every lane.

    `a`, `b` and `c` are the slots that the optimizer has. A lane that is `frozen` keeps its
    parameters, and only the slots advance.
    """
    step, normal, group = compiled(entry.step), normal_for(kind), group_of(kind)
    count = scalars_of(entry)
    read = tuple_reader(count, stride=group)

    def no_slot(p, g, a, b, c, n, scalars, frozen, lanes):
        first, end = 0, n * lanes
        while first < end:  # of `range` LLVM makes more instructions
            for lane in range(group):
                j = first + lane
                (new,) = step(p[j], g[j], read(offset(scalars, lane)))
                p[j] = p[j] if frozen[lane] != 0 else new
            first += lanes

    def one_slot(p, g, a, b, c, n, scalars, frozen, lanes):
        first, end = 0, n * lanes
        while first < end:  # of `range` LLVM makes more instructions
            for lane in range(group):
                j = first + lane
                new, a_new = step(p[j], g[j], a[j], read(offset(scalars, lane)))
                p[j] = p[j] if frozen[lane] != 0 else new
                a[j] = normal(a_new)
            first += lanes

    def two_slots(p, g, a, b, c, n, scalars, frozen, lanes):
        first, end = 0, n * lanes
        while first < end:  # of `range` LLVM makes more instructions
            for lane in range(group):
                j = first + lane
                new, a_new, b_new = step(p[j], g[j], a[j], b[j], read(offset(scalars, lane)))
                p[j] = p[j] if frozen[lane] != 0 else new
                a[j] = normal(a_new)
                b[j] = normal(b_new)
            first += lanes

    def three_slots(p, g, a, b, c, n, scalars, frozen, lanes):
        first, end = 0, n * lanes
        while first < end:  # of `range` LLVM makes more instructions
            for lane in range(group):
                j = first + lane
                k = read(offset(scalars, lane))
                new, a_new, b_new, c_new = step(p[j], g[j], a[j], b[j], c[j], k)
                p[j] = p[j] if frozen[lane] != 0 else new
                a[j] = normal(a_new)
                b[j] = normal(b_new)
                c[j] = normal(c_new)
            first += lanes

    update = compiled((no_slot, one_slot, two_slots, three_slots)[len(entry.slots)])

    def optimize(p, g, a, b, c, n, scalars, frozen, lanes):
        for first in range(0, lanes, group):
            update(
                offset(p, first), offset(g, first), offset(a, first), offset(b, first),
                offset(c, first), n, offset(scalars, first * count), offset(frozen, first), lanes,
            )  # fmt: skip

    pointer = types.CPointer(kind)
    return optimize, types.void(*[pointer] * 5, INT, pointer, pointer, INT)


def schedule(entry, kind):
    """`(epoch, epochs, hyper)`: the factor on the rate; float64 whatever the `kind`."""
    factor = compiled(entry.factor)
    read = tuple_reader(max(1, len(entry.hyper)))

    def evaluate(epoch, epochs, hyper):
        return types.float64(factor(epoch, epochs, read(hyper)))

    return evaluate, types.float64(types.float64, types.float64, FLOAT64)


def place(entry, kind):
    """`(drawn, hyper, height, width, matrix)`: six numbers, float64 whatever the `kind`."""
    place, write = compiled(entry.place), tuple_writer()
    read, read_drawn = tuple_reader(max(1, len(entry.hyper))), tuple_reader(2)

    def find(drawn, hyper, height, width, matrix):
        write(matrix, place(read_drawn(drawn), read(hyper), height, width))

    return find, types.void(FLOAT64, FLOAT64, INT, INT, FLOAT64)


def values(entry, kind):
    """`(x, drawn, hyper, height, width, channels)`: a sample with other numbers, in place."""
    value, read = compiled(entry.value), tuple_reader(max(1, len(entry.hyper)))
    count = 1 if entry.each else 2
    read_drawn, step = tuple_reader(count), np.int64(entry.each)

    def change(x, drawn, hyper, height, width, channels):
        numbers = cast_tuple(read(hyper), x[0])
        i = np.int64(0)
        for row in range(height):
            for column in range(width):
                at = row, column, height, width
                for _ in range(channels):
                    own = cast_tuple(read_drawn(offset(drawn, i * step)), x[0])
                    x[i] = value(x[i], own, at, numbers)
                    i += 1

    return change, types.void(types.CPointer(kind), FLOAT64, FLOAT64, INT, INT, INT)
