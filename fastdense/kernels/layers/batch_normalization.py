"""Batch normalization: sums over a mini-batch, which stands in one chunk.

A sum runs as sixteen partial sums (sample i into sum i mod 16, all places of a sample one behind
the other), so that no width of a vector changes it.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record, stack_array
from fastdense.kernels.layout import (
    COLUMN_MULTIPLE,
    NUMBERS,
    PARTIAL_SUMS,
    TRAINING,
    group_of,
)
from fastdense.kernels.records import TABLE, work_reader
from fastdense.numerics.primitives import fma, sqrt

# What is kept of each channel and lane, one behind the other: what the numbers are multiplied by,
# sums over the samples, and the partial ones.
_, FIRST, SECOND, PARTIAL = range(4)
PLAIN, PRODUCT, SQUARES = range(3)


@cache
def _add_for(kind, what):
    """`add(x, y, centers, sums, totals, shape, samples, lanes)`, of all channels.

    Into `totals` (channels, lanes) the sums over places and samples of x; or of x y; or of the
    squares of x - center. One sweep over x: a channel's own numbers lie far apart.
    """
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**NUMPY)
    def added(total, x, y, center):
        if what == PLAIN:
            return total + x
        if what == PRODUCT:
            return fma(x, y, total)
        return fma(x - center, x - center, total)

    @njit(inline="never", **NUMPY)
    def add_alone(x, y, centers, sums, shape, first, present):
        channels, places, stride = shape
        for p in range(places):
            for c in range(channels):
                row = (p * channels + c) * stride + first
                own, other, into = offset(x, row), offset(y, row), offset(sums, c * PARTIAL_SUMS)
                center = centers[c]
                if present == PARTIAL_SUMS:
                    for j in range(PARTIAL_SUMS):
                        into[j] = added(into[j], own[j], other[j], center)
                else:
                    for j in range(present):
                        into[j] = added(into[j], own[j], other[j], center)

    @njit(inline="never", **NUMPY)
    def add_lanes(x, y, centers, sums, shape, first, present, lanes):
        channels, places, stride = shape
        for p in range(places):
            for c in range(channels):
                row, middle = (p * channels + c) * stride, offset(centers, c * lanes)
                for j in range(present):
                    own = offset(x, row + (first + j) * lanes)
                    other = offset(y, row + (first + j) * lanes)
                    into = offset(sums, (c * PARTIAL_SUMS + j) * lanes)
                    for lane in range(lanes):
                        into[lane] = added(into[lane], own[lane], other[lane], middle[lane])

    @njit(inline="never", **NUMPY)
    def add(x, y, centers, sums, totals, shape, samples, lanes):
        channels, places, stride = shape
        for i in range(channels * PARTIAL_SUMS * lanes):
            sums[i] = cast(0)
        first = np.int64(0)
        while first < samples:
            present = min(np.int64(PARTIAL_SUMS), samples - first)
            if lanes == 1:
                add_alone(x, y, centers, sums, shape, first, present)
            else:
                add_lanes(x, y, centers, sums, shape, first, present, lanes)
            first += PARTIAL_SUMS
        for c in range(channels):
            for lane in range(lanes):
                total = cast(0)
                for j in range(PARTIAL_SUMS):
                    total += sums[(c * PARTIAL_SUMS + j) * lanes + lane]
                totals[c * lanes + lane] = total

    return add


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)
    add, add_squares = _add_for(kind, PLAIN), _add_for(kind, SQUARES)
    cast, group = np.float32 if kind == types.float32 else np.float64, group_of(kind)
    numbers_of_group = stack_array(group, kind)

    @njit(**NUMPY)
    def apply_row(x, normal, out, means, inverses, scales, shifts, columns, together, lanes):
        if lanes == 1:
            mean, inverse, scale, shift = means[0], inverses[0], scales[0], shifts[0]
            for i in range(columns):
                number = (x[i] - mean) * inverse
                normal[i] = number
                out[i] = fma(scale, number, shift)
        else:
            for b in range(columns):
                for lane in range(together):
                    i = b * lanes + lane
                    number = (x[i] - means[lane]) * inverses[lane]
                    normal[i] = number
                    out[i] = fma(scales[lane], number, shifts[lane])

    @njit(inline="never", **NUMPY)
    def apply(x, normal, out, means, inverses, scales, shifts, shape, columns, lanes):
        channels, places, stride = shape
        for p in range(places):
            for c in range(channels):
                row, j = (p * channels + c) * stride, c * lanes
                apply_row(
                    offset(x, row), offset(normal, row), offset(out, row), offset(means, j),
                    offset(inverses, j), offset(scales, j), offset(shifts, j), columns, lanes,
                    lanes,
                )  # fmt: skip

    @njit(inline="never", **NUMPY)
    def infer(work, layer, index, x, normal, out, shape, columns, lanes):
        # With the averages. Several threads may do so, so nothing is kept.
        channels, places, stride = shape
        across, inverses = channels * lanes, numbers_of_group()
        scales = offset(work.parameters, layer.weights * lanes)
        shifts, means = offset(scales, across), offset(scales, 2 * across)
        together = min(lanes, np.int64(group))
        for c in range(channels):
            first = np.int64(0)
            while first < lanes:
                j = c * lanes + first
                for lane in range(together):
                    epsilon = cast(work.numbers[(index * lanes + first + lane) * NUMBERS + 1])
                    inverses[lane] = cast(1) / sqrt(means[across + j + lane] + epsilon)
                for p in range(places):
                    row = (p * channels + c) * stride + first
                    apply_row(
                        offset(x, row), offset(normal, row), offset(out, row), offset(means, j),
                        inverses, offset(scales, j), offset(shifts, j), columns, together, lanes,
                    )  # fmt: skip
                first += together

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, job = record(work.layers, index), record(work.job, 0)
        stride, lanes = job.stride, record(work.plan, 0).lanes
        geometry = offset(work.geometry, layer.geometry)
        channels, places, unbiased, fixed = geometry[0], geometry[1], geometry[2], geometry[3]
        shape = channels, places, stride
        samples = min(columns, job.samples - (place - job.place))
        x = offset(arena, layer.input_row * stride)
        normal = offset(arena, layer.slope_row * stride)
        out = offset(arena, layer.output_row * stride)
        if job.purpose < TRAINING:
            infer(work, layer, index, x, normal, out, shape, columns, lanes)
            return
        parameters, across = offset(work.parameters, layer.weights * lanes), channels * lanes
        averages = offset(parameters, 2 * across)
        kept = offset(work.buffers, layer.buffers * max(lanes, np.int64(COLUMN_MULTIPLE)))
        means, variances = offset(kept, FIRST * across), offset(kept, SECOND * across)
        if job.purpose == TRAINING and not fixed:
            sums, count = offset(kept, PARTIAL * across), cast(samples * places)
            rest = max(count - cast(1), cast(1)) if unbiased else count
            add(x, x, means, sums, means, shape, samples, lanes)
            for i in range(across):
                means[i] /= count
            add_squares(x, x, means, sums, variances, shape, samples, lanes)
            for i in range(across):
                momentum = cast(work.numbers[(index * lanes + i % lanes) * NUMBERS])
                new, squares = cast(1) - momentum, variances[i]
                averages[i] = fma(momentum, averages[i], new * means[i])
                averages[across + i] = fma(momentum, averages[across + i], new * (squares / rest))
                variances[i] = squares / count
        else:
            for i in range(across):
                means[i], variances[i] = averages[i], averages[across + i]
        for i in range(across):
            epsilon = cast(work.numbers[(index * lanes + i % lanes) * NUMBERS + 1])
            kept[i] = cast(1) / sqrt(variances[i] + epsilon)
        apply(
            x, normal, out, means, kept, parameters, offset(parameters, across), shape, columns,
            lanes,
        )  # fmt: skip

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to the delta of its inputs."""
    read = work_reader(kind, False)
    add, add_products = _add_for(kind, PLAIN), _add_for(kind, PRODUCT)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def spread(delta, normal, below, factors, by_scale, by_shift, shape, columns, samples, lanes):
        channels, places, stride = shape
        for p in range(places):
            for c in range(channels):
                row = (p * channels + c) * stride
                own, kept, into = offset(delta, row), offset(normal, row), offset(below, row)
                if lanes == 1:
                    factor, scale, shift = factors[c], by_scale[c], by_shift[c]
                    for i in range(samples):
                        into[i] = factor * (own[i] - fma(kept[i], scale, shift))
                else:
                    for b in range(samples):
                        for lane in range(lanes):
                            i, j = b * lanes + lane, c * lanes + lane
                            into[i] = factors[j] * (own[i] - fma(kept[i], by_scale[j], by_shift[j]))
                for i in range(samples * lanes, columns * lanes):  # so that nothing grows there
                    into[i] = cast(0)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, job = record(work.layers, index), record(work.job, 0)
        stride, lanes = job.stride, record(work.plan, 0).lanes
        geometry = offset(work.geometry, layer.geometry)
        channels, places, fixed = geometry[0], geometry[1], geometry[3]
        shape, samples = (channels, places, stride), min(columns, job.samples)
        across, count = channels * lanes, cast(samples * places)
        kept = offset(work.buffers, layer.buffers * max(lanes, np.int64(COLUMN_MULTIPLE)))
        of_scale, of_shift = offset(kept, FIRST * across), offset(kept, SECOND * across)
        sums, normal = offset(kept, PARTIAL * across), offset(arena, layer.slope_row * stride)
        add_products(delta, normal, of_scale, sums, of_scale, shape, samples, lanes)
        add(delta, normal, of_scale, sums, of_shift, shape, samples, lanes)
        if not layer.needs_input_gradient:
            return
        parameters = offset(work.parameters, layer.weights * lanes)
        by_scale, by_shift = sums, offset(sums, across)
        for i in range(across):
            kept[i] *= parameters[i]
            training = job.purpose == TRAINING and not fixed
            by_scale[i] = of_scale[i] / count if training else cast(0)
            by_shift[i] = of_shift[i] / count if training else cast(0)
        spread(delta, normal, below, kept, by_scale, by_shift, shape, columns, samples, lanes)

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)


def accumulate(kind):
    """`(table, index, arena, delta, across, along, gradient, samples, continued)`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def accumulate(table, index, arena, delta, across, along, gradient, samples, continued):
        work = read(table)
        layer, lanes = record(work.layers, index), record(work.plan, 0).lanes
        numbers = work.geometry[layer.geometry] * lanes
        found = offset(
            work.buffers, layer.buffers * max(lanes, np.int64(COLUMN_MULTIPLE)) + numbers
        )
        for i in range(4 * numbers):
            new = found[i] if i < 2 * numbers else cast(0)
            gradient[i] = gradient[i] + new if continued else new

    pointer, whole = types.CPointer(kind), types.int64
    return accumulate, types.void(
        TABLE, whole, pointer, pointer, whole, whole, pointer, whole, whole
    )
