"""Batch normalization: sums over a mini-batch, which stands in one chunk.

A sum runs as sixteen partial sums (sample i into sum i mod 16, all places of a sample one behind
the other), so that no width of a vector changes it.
"""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record, stack_array
from fastdense.kernels.layout import COLUMN_MULTIPLE, NUMBERS, PARTIAL_SUMS, TRAINING
from fastdense.kernels.records import TABLE, work_reader
from fastdense.numerics.primitives import fma, sqrt


@cache
def _sums_for(kind):
    """`add(x, y, center, channels, places, stride, samples, lanes, lane, product)`.

    Of one channel and lane, the sum over places and samples of `x - center`; or of `x y`; or of the
    squares of `x - center`.
    """
    cast = np.float32 if kind == types.float32 else np.float64
    partials = stack_array(PARTIAL_SUMS, kind)

    @njit(inline="never", **NUMPY)
    def add(x, y, center, channels, places, stride, samples, lanes, lane, what):
        sums = partials()
        for j in range(PARTIAL_SUMS):
            sums[j] = cast(0)
        b = np.int64(0)
        while b < samples:
            present = min(PARTIAL_SUMS, samples - b)
            for p in range(places):
                row = p * channels * stride + b * lanes + lane
                for j in range(present):
                    value = x[row + j * lanes]
                    if what == PLAIN:
                        sums[j] += value
                    elif what == PRODUCT:
                        sums[j] = fma(value, y[row + j * lanes], sums[j])
                    else:
                        away = value - center
                        sums[j] = fma(away, away, sums[j])
            b += PARTIAL_SUMS
        total = cast(0)
        for j in range(PARTIAL_SUMS):
            total += sums[j]
        return total

    return add


PLAIN, PRODUCT, SQUARES = range(3)


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read, add = work_reader(kind, False), _sums_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def apply(x, normal, out, mean, inverse, scale, shift, rows, lanes, lane):
        channels, places, stride, columns = rows
        for p in range(places):
            row = p * channels * stride + lane
            for b in range(columns):
                i = row + b * lanes
                normal[i] = (x[i] - mean) * inverse
                out[i] = fma(scale, normal[i], shift)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, job = record(work.layers, index), record(work.job, 0)
        stride, lanes = job.stride, record(work.plan, 0).lanes
        geometry = offset(work.geometry, layer.geometry)
        channels, places, unbiased = geometry[0], geometry[1], geometry[2]
        samples = min(columns, job.samples - (place - job.place))
        parameters = offset(work.parameters, layer.weights * lanes)
        kept = offset(work.buffers, layer.buffers * max(lanes, np.int64(COLUMN_MULTIPLE)))
        for c in range(channels):
            x = offset(arena, (layer.input_row + c) * stride)
            for lane in range(lanes):
                numbers = offset(work.numbers, (index * lanes + lane) * NUMBERS)
                momentum, epsilon = cast(numbers[0]), cast(numbers[1])
                own = offset(parameters, c * lanes + lane)
                averages = offset(own, 2 * channels * lanes)
                mean, variance = averages[0], averages[channels * lanes]
                if job.purpose == TRAINING:
                    count = cast(samples * places)
                    mean = add(
                        x, x, cast(0), channels, places, stride, samples, lanes, lane,
                        np.int64(PLAIN),
                    ) / count  # fmt: skip
                    squares = add(
                        x, x, mean, channels, places, stride, samples, lanes, lane,
                        np.int64(SQUARES),
                    )  # fmt: skip
                    variance = squares / count
                    rest = max(count - cast(1), cast(1)) if unbiased else count
                    new = cast(1) - momentum
                    averages[0] = fma(momentum, averages[0], new * mean)
                    place_of = channels * lanes
                    averages[place_of] = fma(momentum, averages[place_of], new * (squares / rest))
                inverse = cast(1) / sqrt(variance + epsilon)
                if job.purpose >= TRAINING:
                    kept[c * lanes + lane] = inverse
                apply(
                    x, offset(arena, (layer.slope_row + c) * stride),
                    offset(arena, (layer.output_row + c) * stride), mean, inverse, own[0],
                    own[channels * lanes], (channels, places, stride, columns), lanes, lane,
                )  # fmt: skip

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to the delta of its inputs."""
    read, add = work_reader(kind, False), _sums_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def spread(delta, normal, below, factor, by_shift, by_scale, rows, lanes, lane):
        channels, places, stride, columns, samples = rows
        for p in range(places):
            row = p * channels * stride + lane
            for b in range(columns):
                i = row + b * lanes
                rest = delta[i] - fma(normal[i], by_scale, by_shift)
                # Padding stays zero, so that nothing grows there.
                below[i] = factor * rest if b < samples else cast(0)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, job = record(work.layers, index), record(work.job, 0)
        stride, lanes = job.stride, record(work.plan, 0).lanes
        geometry = offset(work.geometry, layer.geometry)
        channels, places = geometry[0], geometry[1]
        samples = min(columns, job.samples)
        parameters = offset(work.parameters, layer.weights * lanes)
        kept, across = (
            offset(work.buffers, layer.buffers * max(lanes, np.int64(COLUMN_MULTIPLE))),
            channels * lanes,
        )
        for c in range(channels):
            normal = offset(arena, (layer.slope_row + c) * stride)
            own_delta, own_below = offset(delta, c * stride), offset(below, c * stride)
            for lane in range(lanes):
                of_scale = add(
                    own_delta, normal, cast(0), channels, places, stride, samples, lanes, lane,
                    np.int64(PRODUCT),
                )  # fmt: skip
                of_shift = add(
                    own_delta, normal, cast(0), channels, places, stride, samples, lanes, lane,
                    np.int64(PLAIN),
                )  # fmt: skip
                own = offset(kept, c * lanes + lane)
                own[across], own[2 * across] = of_scale, of_shift
                if layer.needs_input_gradient:
                    count = cast(samples * places)
                    by_scale = by_shift = cast(0)
                    if job.purpose == TRAINING:
                        by_scale, by_shift = of_scale / count, of_shift / count
                    spread(
                        own_delta, normal, own_below, parameters[c * lanes + lane] * own[0],
                        by_shift, by_scale, (channels, places, stride, columns, samples), lanes,
                        lane,
                    )  # fmt: skip

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
