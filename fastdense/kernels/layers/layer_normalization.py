"""Layer normalization: sums over the features of a sample, so that the lanes run over samples."""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layout import NUMBERS
from fastdense.kernels.records import TABLE, work_reader
from fastdense.numerics.primitives import fma, sqrt


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def normalize(x, normal, out, scale, shift, epsilon, channels, stride, lanes, column):
        lane = column % lanes
        mean = cast(0)
        for c in range(channels):
            mean += x[c * stride + column]
        mean /= cast(channels)
        squares = cast(0)
        for c in range(channels):
            away = x[c * stride + column] - mean
            squares = fma(away, away, squares)
        inverse = cast(1) / sqrt(squares / cast(channels) + epsilon)
        for c in range(channels):
            i = c * stride + column
            normal[i] = (x[i] - mean) * inverse
            out[i] = fma(scale[c * lanes + lane], normal[i], shift[c * lanes + lane])

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        channels, places = (
            work.geometry[layer.geometry], work.geometry[layer.geometry + 1],
        )  # fmt: skip
        scale = offset(work.parameters, layer.weights * lanes)
        shift = offset(scale, channels * lanes)
        epsilon = cast(work.numbers[index * lanes * NUMBERS])
        for p in range(places):
            row = p * channels * stride
            for column in range(columns * lanes):
                normalize(
                    offset(arena, layer.input_row * stride + row),
                    offset(arena, layer.slope_row * stride + row),
                    offset(arena, layer.output_row * stride + row), scale, shift, epsilon,
                    channels, stride, lanes, column,
                )  # fmt: skip

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    """`(table, index, arena, delta, below, columns)`: to the delta of its inputs."""
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(inline="never", **NUMPY)
    def spread(x, normal, delta, below, scale, epsilon, channels, stride, lanes, column):
        lane, n = column % lanes, cast(channels)
        mean = total = mixed = squares = cast(0)
        for c in range(channels):
            mean += x[c * stride + column]
        mean /= n
        for c in range(channels):
            i = c * stride + column
            away = x[i] - mean
            squares = fma(away, away, squares)
            scaled = scale[c * lanes + lane] * delta[i]
            total += scaled
            mixed = fma(scaled, normal[i], mixed)
        inverse = cast(1) / sqrt(squares / n + epsilon)
        total, mixed = total / n, mixed / n
        for c in range(channels):
            i = c * stride + column
            below[i] = inverse * (scale[c * lanes + lane] * delta[i] - fma(normal[i], mixed, total))

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        if not layer.needs_input_gradient:
            return
        channels, places = (
            work.geometry[layer.geometry], work.geometry[layer.geometry + 1],
        )  # fmt: skip
        scale = offset(work.parameters, layer.weights * lanes)
        epsilon = cast(work.numbers[index * lanes * NUMBERS])
        for p in range(places):
            row = p * channels * stride
            for column in range(columns * lanes):
                spread(
                    offset(arena, layer.input_row * stride + row),
                    offset(arena, layer.slope_row * stride + row), offset(delta, row),
                    offset(below, row), scale, epsilon, channels, stride, lanes, column,
                )  # fmt: skip

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)


def accumulate(kind):
    """`(table, index, arena, delta, across, along, gradient, samples, continued)`.

    Each gradient is one chain over samples and then places.
    """
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def accumulate(table, index, arena, delta, across, along, gradient, samples, continued):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        channels, places = (
            work.geometry[layer.geometry], work.geometry[layer.geometry + 1],
        )  # fmt: skip
        if not continued:
            for i in range(2 * channels * lanes):
                gradient[i] = cast(0)
        for b in range(samples):
            for p in range(places):
                for c in range(channels):
                    row = p * channels + c
                    normal = offset(arena, (layer.slope_row + row) * stride + b * lanes)
                    down = offset(delta, row * across + b * along)
                    own = offset(gradient, c * lanes)
                    for lane in range(lanes):
                        own[lane] = fma(down[lane], normal[lane], own[lane])
                        own[channels * lanes + lane] += down[lane]

    pointer, whole = types.CPointer(kind), types.int64
    return accumulate, types.void(
        TABLE, whole, pointer, pointer, whole, whole, pointer, whole, whole
    )
