"""The whole step of a very small network, written out with its numbers in registers.

What `pack.py` does layer by layer, through memory, is one straight piece of code here, for one
architecture and one batch: what a single lane does, of which LLVM makes vectors. The same
operations in the same order, so the same bits.
"""

from itertools import pairwise

import numpy as np
from numba import types
from numba.extending import intrinsic

from fastdense import catalogue
from fastdense.kernels.compile.emit import int64, members
from fastdense.kernels.compile.lane import Lane
from fastdense.kernels.compile.pointers import offset, stack_array
from fastdense.kernels.compile.vectors import Vectors
from fastdense.kernels.entries.linked import compiled, normal_for, scalars_of
from fastdense.kernels.layout import group_of


def _by_layer(shape, parameters):
    """For each layer its rows of weights, one for each input, and then its biases."""
    weights, first = [], 0
    for fan_in, units in pairwise(shape.widths):
        rows = range(first, first + (fan_in + 1) * units, units)
        weights.append([parameters[row : row + units] for row in rows])
        first += (fan_in + 1) * units
    return weights


def _emit_gradient(lane, shape, parameters, inputs, targets, hyper, factor):
    """Emit the passes of all samples, which are rows of numbers; returns the gradient.

    Layer by layer, so that what stands side by side does not wait for each other.
    """
    weights = _by_layer(shape, parameters)
    activity, slopes = [inputs], []
    for (_, name), (*rows, bias) in zip(shape.layers, weights, strict=True):
        entry = catalogue.get("activations", name)
        value, slope = compiled(entry.value), compiled(entry.slope)
        units = list(zip(*rows, strict=True))
        sums = [
            [lane.chain(b, zip(row, line, strict=True)) for b, row in zip(bias, units, strict=True)]
            for line in activity[-1]
        ]
        values = [[lane.apply(value, z) for z in line] for line in sums]
        slopes.append(
            [
                [lane.apply(slope, z, a) for z, a in zip(*lines, strict=True)]
                for lines in zip(sums, values, strict=True)
            ]
        )
        activity.append(values)

    loss = compiled(catalogue.get("losses", shape.loss).slope)
    below = [
        lane.products((lane.apply(loss, p, y, hyper), factor) for p, y in zip(*lines, strict=True))
        for lines in zip(activity[-1], targets, strict=True)
    ]
    gradient = []
    for *rows, _ in reversed(weights):
        lines = zip(below, slopes.pop(), strict=True)
        deltas = [lane.products(zip(*pair, strict=True)) for pair in lines]
        samples = activity[len(slopes)]
        columns = [*zip(*samples, strict=True), [lane.one] * len(samples)]
        gradient[:0] = [
            lane.chain(lane.zero, zip(column, unit, strict=True))
            for column in columns
            for unit in zip(*deltas, strict=True)
        ]
        if slopes:
            below = [
                [lane.chain(lane.zero, zip(row, delta, strict=True)) for row in rows]
                for delta in deltas
            ]
    return gradient


def _make_lane(shape, kind):
    """The intrinsic `train(fresh, lane, p, slot_stride, inputs, targets, stride, scalars, frozen,
    hyper, factor, lanes)`: the step of the network in one lane of a group.

    What changes is left in `fresh` (1 + slots, parameters, group).
    """
    optimizer = catalogue.get("optimizers", shape.optimizer)
    step, normal, group = compiled(optimizer.step), normal_for(kind), group_of(kind)
    hypers = max(1, len(catalogue.get("losses", shape.loss).hyper))

    def emit(typingctx, fresh, lane, p, slot_stride, inputs, targets, stride, scalars, frozen,
             hyper, factor, lanes):  # fmt: skip
        def codegen(context, builder, signature, arguments):
            fresh, place, p, slot_stride, inputs, targets, stride, *others = arguments
            scalars, frozen, hyper, factor, lanes = others
            lane, one = Lane(context, builder, kind, place), int64(1)

            def load_all(slot):
                rows = range(shape.parameters)
                return [lane.load(p, (slot, slot_stride), (row, lanes)) for row in rows]

            def load_samples(array, width):
                return [
                    [lane.load(array, (row, stride), (sample, lanes)) for row in range(width)]
                    for sample in range(shape.batch)
                ]

            parameters, *slots = (load_all(slot) for slot in range(1 + len(optimizer.slots)))
            numbers = [builder.load(builder.gep(hyper, [int64(i)])) for i in range(hypers)]
            gradient = _emit_gradient(
                lane, shape, parameters, load_samples(inputs, shape.inputs),
                load_samples(targets, shape.widths[-1]), numbers, factor,
            )  # fmt: skip
            k = [lane.load(scalars, (group * i, one)) for i in range(scalars_of(optimizer))]
            is_held = builder.fcmp_unordered("!=", lane.load(frozen), lane.zero)
            for row, (p, g, *own) in enumerate(zip(parameters, gradient, *slots, strict=True)):
                new, *rest = members(builder, lane.apply(step, p, g, *own, k))
                values = [builder.select(is_held, p, new)]
                values += [lane.apply(normal, value) for value in rest]
                for slot, value in enumerate(values):
                    first = int64((slot * shape.parameters + row) * group)
                    builder.store(value, builder.gep(fresh, [builder.add(first, place)]))
            return context.get_dummy_value()

        pointer, count = types.CPointer(kind), types.intp
        return types.void(
            *(pointer, count, pointer, count, pointer, pointer, count),
            *(pointer, pointer, pointer, kind, count),
        ), codegen

    return intrinsic(emit)


def _make_write(rows, kind):
    """The intrinsic `write(fresh, array, lanes)`: `rows` rows of a group, to rows of all lanes."""
    simd = Vectors(kind, group_of(kind))

    def emit(typingctx, fresh, array, lanes):
        def codegen(context, builder, signature, arguments):
            fresh, array, lanes = arguments
            for row in range(rows):
                value = simd.load(builder, builder.gep(fresh, [int64(row * simd.width)]))
                simd.store(builder, value, builder.gep(array, [builder.mul(int64(row), lanes)]))
            return context.get_dummy_value()

        return types.void(types.CPointer(kind), types.CPointer(kind), types.intp), codegen

    return intrinsic(emit)


def unrolled(shape, kind):
    """`(p, slot_stride, inputs, targets, stride, scalars, frozen, hyper, factor, lanes)`: a step.

    Parameters are (parameters, lanes), and so are slots, each `slot_stride` from the one before;
    inputs and targets (samples, lanes), in rows `stride` apart. `factor` is that of a sample's
    loss in the mean.
    """
    optimizer = catalogue.get("optimizers", shape.optimizer)
    group, scalars_count = group_of(kind), scalars_of(optimizer)
    arrays, size = 1 + len(optimizer.slots), shape.parameters * group
    train, write = _make_lane(shape, kind), _make_write(shape.parameters, kind)
    array_of_numbers = stack_array(arrays * size, kind)
    cast = np.float32 if kind == types.float32 else np.float64

    def step(p, slot_stride, inputs, targets, stride, scalars, frozen, hyper, factor, lanes):
        # What a lane writes is kept apart from what others read, else LLVM would not make vectors.
        fresh = array_of_numbers()
        for first in range(0, lanes, group):
            for lane in range(group):
                train(
                    fresh, lane, offset(p, first), slot_stride, offset(inputs, first),
                    offset(targets, first), stride, offset(scalars, first * scalars_count),
                    offset(frozen, first), hyper, cast(factor), lanes,
                )  # fmt: skip
            for array in range(arrays):
                write(offset(fresh, array * size), offset(p, array * slot_stride + first), lanes)

    pointer, count = types.CPointer(kind), types.intp
    return step, types.void(
        *(pointer, count, pointer, pointer, count, pointer, pointer, pointer),
        *(types.float64, count),
    )
