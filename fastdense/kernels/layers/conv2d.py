"""Convolution: for each window, the product of a dense layer with rows that stand where it says.

A feature is a row of all samples, so the places of a window that lie side by side in a row of the
image are neighbors, all channels of them. Of a window each such run is one product, which goes on
from that of the run before. Nothing is copied.

The chain of an output runs over the places of its window in ascending order, that of an input's
gradient over the windows, and that of a weight's over samples and then windows.
"""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layers._observing import add_sizes
from fastdense.kernels.layers._windows import (
    begin_of,
    read_windows,
    taps_within,
    windows_within,
)
from fastdense.kernels.layout import OBSERVING, TRAINING
from fastdense.kernels.linalg.tile import ACCUMULATE, ROW_BIAS
from fastdense.kernels.records import TABLE, work_reader


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
        for h in range(g.down):
            i0, i1 = taps_within(
                g.height, h, g.stride_height, g.dilation_height, g.top, g.kernel_height
            )
            for w in range(g.across):
                j0, j1 = taps_within(
                    g.width, w, g.stride_width, g.dilation_width, g.left, g.kernel_width
                )
                target = offset(z, (h * g.across + w) * units * stride)
                if i0 == i1 or j0 == j1:  # all of it is around the image
                    fill(target, bias, units, stride, columns, lanes)
                    continue
                start = np.int64(ROW_BIAS)
                run = j1 - j0 if g.dilation_width == 1 else np.int64(1)
                for i in range(i0, i1):
                    y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                    j = j0
                    while j < j1:
                        v = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                        first = (i * g.kernel_width + j) * g.channels
                        call(product, (
                            offset(weights, first * units * lanes), lanes, units * lanes,
                            offset(x, (y * g.width + v) * g.channels * stride), lanes, stride,
                            target, stride, units, columns, run * g.channels, start, bias, lanes,
                        ))  # fmt: skip
                        start = np.int64(ACCUMULATE)
                        j += run

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
        for h in range(g.down):
            i0, i1 = taps_within(
                g.height, h, g.stride_height, g.dilation_height, g.top, g.kernel_height
            )
            for w in range(g.across):
                j0, j1 = taps_within(
                    g.width, w, g.stride_width, g.dilation_width, g.left, g.kernel_width
                )
                source = offset(delta, (h * g.across + w) * units * stride)
                run = j1 - j0 if g.dilation_width == 1 else np.int64(1)
                for i in range(i0, i1):
                    y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                    j = j0
                    while j < j1:
                        v = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                        own = offset(weights, (i * g.kernel_width + j) * g.channels * units * lanes)
                        call(product, (
                            own, units * lanes, lanes, source, lanes, stride,
                            offset(below, (y * g.width + v) * g.channels * stride), stride,
                            run * g.channels, columns, units, np.int64(ACCUMULATE), own, lanes,
                        ))  # fmt: skip
                        j += run

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        width, slopes = columns * lanes, offset(arena, layer.slope_row * stride)
        for row in range(layer.n_out):
            for i in range(row * stride, row * stride + width):
                delta[i] *= slopes[i]
        if not layer.needs_input_gradient:
            return
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                below[i] = cast(0)
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

    @njit(**NUMPY)
    def add_bias(gradient, delta, units, places, across, lanes):
        for p in range(places):
            for o in range(units):
                for lane in range(lanes):
                    gradient[o * lanes + lane] += delta[(p * units + o) * across + lane]

    @njit(inline="never", **NUMPY)
    def correlate(product, g, units, x, stride, delta, across, along, gradient, samples, lanes):
        size = g.kernel_height * g.kernel_width * g.channels
        whole = g.dilation_width == 1 and (g.across - 1) * g.stride_width + g.kernel_width <= (
            g.width if g.left == 0 else np.int64(0)
        )
        run = g.kernel_width if whole else np.int64(1)
        for b in range(samples):
            of_sample = offset(delta, b * along)
            add_bias(
                offset(gradient, size * units * lanes), of_sample, units, g.down * g.across,
                across, lanes,
            )  # fmt: skip
            for h in range(g.down):
                i0, i1 = taps_within(
                    g.height, h, g.stride_height, g.dilation_height, g.top, g.kernel_height
                )
                for i in range(i0, i1):
                    y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                    j = np.int64(0)
                    while j < g.kernel_width:
                        w0, w1 = windows_within(
                            g.width, g.across, g.stride_width, g.dilation_width, g.left, j
                        )
                        v = begin_of(w0, g.stride_width, g.dilation_width, g.left, j)
                        row, first = y * g.width + v, (i * g.kernel_width + j) * g.channels
                        own = offset(gradient, first * units * lanes)
                        j += run
                        if w0 == w1:
                            continue
                        call(product, (
                            offset(x, row * g.channels * stride + b * lanes), stride,
                            g.stride_width * g.channels * stride,
                            offset(of_sample, (h * g.across + w0) * units * across), across,
                            units * across, own, units * lanes, run * g.channels, units, w1 - w0,
                            np.int64(ACCUMULATE), own, lanes,
                        ))  # fmt: skip

    def accumulate(table, index, arena, delta, across, along, gradient, samples, continued):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        if not continued:
            for i in range(layer.size * lanes):
                gradient[i] = cast(0)
        correlate(
            layer.product, read_windows(work, layer), layer.units,
            offset(arena, layer.input_row * stride), stride, delta, across, along, gradient,
            samples, lanes,
        )  # fmt: skip

    pointer, whole = types.CPointer(kind), types.int64
    return accumulate, types.void(
        TABLE, whole, pointer, pointer, whole, whole, pointer, whole, whole
    )
