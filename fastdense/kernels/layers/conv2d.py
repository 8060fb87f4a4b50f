"""Convolution: for each window, the product of a dense layer with rows that stand where it says.

A feature is a row of all samples, so the places of a window that lie side by side in a row of the
image are neighbors, all channels of them: each such run is a segment of one product. For the
weights' gradient some samples at a time are turned into lines, as their deltas are.

The chain of an output runs over the places of its window in ascending order, that of an input's
gradient over the windows, and that of a weight's over samples and then windows.
"""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record, stack_array
from fastdense.kernels.compile.vectors import vector_length
from fastdense.kernels.layers._observing import add_sizes
from fastdense.kernels.layers._windows import (
    begin_of,
    read_windows,
    window_of,
    within,
)
from fastdense.kernels.layout import COLUMN_MULTIPLE, OBSERVING, TRAINING
from fastdense.kernels.linalg.tile import ACCUMULATE, ROW_BIAS, ZERO
from fastdense.kernels.linalg.transpose import make_scatter
from fastdense.kernels.records import TABLE, work_reader

SEGMENTS = 256  # of a product at most; a chain of more goes on in the next one

table_of_segments = stack_array(2 * SEGMENTS, types.int64)


@njit(**NUMPY)
def add_segment(table, count, in_a, in_b):
    """One more segment, by its offsets in A and B; returns how many there are."""
    table[2 * count] = in_a
    table[2 * count + 1] = in_b
    return count + 1


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)

    @njit(**NUMPY)
    def fill(target, bias, units, stride, columns, lanes):
        for o in range(units):
            for b in range(columns):
                for lane in range(lanes):
                    target[o * stride + b * lanes + lane] = bias[o * lanes + lane]

    @njit(inline="never", **NUMPY)
    def convolve(product, g, weights, units, x, z, stride, columns, lanes):
        bias = offset(weights, g.kernel_height * g.kernel_width * g.channels * units * lanes)
        table = table_of_segments()
        for h in range(g.down):
            for w in range(g.across):
                i0, i1, j0, j1 = within(g, h, w)
                target = offset(z, (h * g.across + w) * units * stride)
                if i0 == i1 or j0 == j1:  # all of it is around the image
                    fill(target, bias, units, stride, columns, lanes)
                    continue
                run = j1 - j0 if g.dilation_width == 1 else np.int64(1)
                start, count = np.int64(ROW_BIAS), np.int64(0)
                for i in range(i0, i1):
                    y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                    j = j0
                    while j < j1:
                        v = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                        first = (i * g.kernel_width + j) * g.channels
                        row = (y * g.width + v) * g.channels
                        count = add_segment(table, count, first * units * lanes, row * stride)
                        j += run
                        if count == SEGMENTS or (i + 1 == i1 and j >= j1):
                            call(product, (
                                weights, lanes, units * lanes, x, lanes, stride, target, stride,
                                units, columns, run * g.channels, start, bias, lanes, count, table,
                            ))  # fmt: skip
                            start, count = np.int64(ACCUMULATE), np.int64(0)

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, job = record(work.layers, index), record(work.job, 0)
        stride, lanes = job.stride, record(work.plan, 0).lanes
        target = offset(arena, layer.output_row * stride)
        plain = job.purpose < TRAINING and layer.value != 0
        z = target if plain else offset(arena, layer.slope_row * stride)
        convolve(
            layer.product, read_windows(work, layer),
            offset(work.parameters, layer.weights * lanes), layer.units,
            offset(arena, layer.input_row * stride), z, stride, columns, lanes,
        )  # fmt: skip
        if job.purpose == OBSERVING:
            samples = min(columns, job.samples - (place - job.place))
            first = job.first + place - job.place
            add_sizes(work, index, z, stride, layer.n_out, samples, first, lanes)
        if plain:
            call(layer.value, (target, layer.n_out, columns * lanes, stride))
        else:
            call(layer.activate, (z, target, layer.n_out, columns * lanes, stride))

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to the delta of its inputs."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def spread(product, g, weights, units, delta, below, stride, columns, lanes):
        table = table_of_segments()
        for y in range(g.height):
            for v in range(g.width):
                target = offset(below, (y * g.width + v) * g.channels * stride)
                start, count = np.int64(ZERO), np.int64(0)
                for i in range(g.kernel_height - 1, -1, -1):  # so that windows ascend
                    h = window_of(y, g.stride_height, g.dilation_height, g.top, i, g.down)
                    if h < 0:
                        continue
                    for j in range(g.kernel_width - 1, -1, -1):
                        w = window_of(v, g.stride_width, g.dilation_width, g.left, j, g.across)
                        if w < 0:
                            continue
                        if count == SEGMENTS:
                            call(product, (
                                weights, units * lanes, lanes, delta, lanes, stride, target, stride,
                                g.channels, columns, units, start, weights, lanes, count, table,
                            ))  # fmt: skip
                            start, count = np.int64(ACCUMULATE), np.int64(0)
                        first = (i * g.kernel_width + j) * g.channels
                        count = add_segment(
                            table, count, first * units * lanes,
                            (h * g.across + w) * units * stride,
                        )  # fmt: skip
                if count > 0:
                    call(product, (
                        weights, units * lanes, lanes, delta, lanes, stride, target, stride,
                        g.channels, columns, units, start, weights, lanes, count, table,
                    ))  # fmt: skip
                else:  # no window has it
                    for c in range(g.channels):
                        for i in range(c * stride, c * stride + columns * lanes):
                            target[i] = cast(0)

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        width, slopes = columns * lanes, offset(arena, layer.slope_row * stride)
        for row in range(layer.n_out):
            for i in range(row * stride, row * stride + width):
                delta[i] *= slopes[i]
        if layer.needs_input_gradient:
            spread(
                layer.product, read_windows(work, layer),
                offset(work.parameters, layer.weights * lanes), layer.units,
                delta, below, stride, columns, lanes,
            )  # fmt: skip

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)


def accumulate(kind):
    """`(table, index, arena, delta, across, along, gradient, samples, continued)`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64
    square = vector_length(kind.bitwidth)
    scatter_whole, scatter_part = (make_scatter(kind, square, whole) for whole in (True, False))

    @njit(**NUMPY)
    def add_bias(gradient, delta, units, places, across, lanes):
        for p in range(places):
            own = offset(delta, p * units * across)
            if lanes == 1:  # the units of a sample are neighbors
                for o in range(units):
                    gradient[o] += own[o]
            else:
                for o in range(units):
                    for lane in range(lanes):
                        gradient[o * lanes + lane] += own[o * across + lane]

    @njit(inline="never", **NUMPY)
    def copy(g, x, stride, first, samples, covered, size, lanes):
        # Samples one behind the other, with the zeros around the image, so that the places of a
        # window in a row are neighbors in each.
        numbers = min(g.width, g.wide - g.left) * g.channels
        for y in range(min(g.height, g.high - g.top)):
            source = offset(x, y * g.width * g.channels * stride + first * lanes)
            target = offset(covered, ((g.top + y) * g.wide + g.left) * g.channels * lanes)
            if lanes == 1:
                for i in range(0, numbers, square):
                    place, corner = offset(source, i * stride), offset(target, i)
                    if numbers - i >= square:
                        scatter_whole(place, stride, square, samples, corner, size)
                    else:
                        scatter_part(place, stride, numbers - i, samples, corner, size)
            else:
                for i in range(numbers):
                    for lane in range(lanes):
                        target[i * lanes + lane] = source[i * stride + lane]

    @njit(inline="never", **NUMPY)
    def correlate(product, g, units, covered, size, delta, across, along, gradient, samples, lanes):
        table = table_of_segments()
        run = g.kernel_width if g.dilation_width == 1 else np.int64(1)
        for i in range(g.kernel_height):
            j = np.int64(0)
            while j < g.kernel_width:
                own = offset(gradient, (i * g.kernel_width + j) * g.channels * units * lanes)
                count = np.int64(0)
                for b in range(samples):
                    for h in range(g.down):
                        y = h * g.stride_height + i * g.dilation_height
                        row = (y * g.wide + j * g.dilation_width) * g.channels
                        count = add_segment(
                            table, count, (b * size + row) * lanes,
                            b * along + h * g.across * units * across,
                        )  # fmt: skip
                        if count == SEGMENTS or (b + 1 == samples and h + 1 == g.down):
                            call(product, (
                                covered, lanes, g.stride_width * g.channels * lanes, delta, across,
                                units * across, own, units * lanes, run * g.channels, units,
                                g.across, np.int64(ACCUMULATE), own, lanes, count, table,
                            ))  # fmt: skip
                            count = np.int64(0)
                j += run

    def accumulate(table, index, arena, delta, across, along, gradient, samples, continued):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        if not continued:
            for i in range(layer.size * lanes):
                gradient[i] = cast(0)
        g, units = read_windows(work, layer), layer.units
        bias = offset(gradient, g.kernel_height * g.kernel_width * g.channels * units * lanes)
        if layer.trained == layer.size:  # its biases, too
            for b in range(samples):
                add_bias(bias, offset(delta, b * along), units, g.down * g.across, across, lanes)
        size = g.high * g.wide * g.channels
        covered = offset(work.buffers, layer.buffers * max(lanes, np.int64(COLUMN_MULTIPLE)))
        x = offset(arena, layer.input_row * stride)
        most = np.int64(square if lanes == 1 else 1)
        first = np.int64(0)
        while first < samples:
            some = min(most, samples - first)
            copy(g, x, stride, first, some, covered, size, lanes)
            correlate(
                layer.product, g, units, covered, size, offset(delta, first * along), across,
                along, gradient, some, lanes,
            )  # fmt: skip
            first += most

    pointer, whole = types.CPointer(kind), types.int64
    return accumulate, types.void(
        TABLE, whole, pointer, pointer, whole, whole, pointer, whole, whole
    )
