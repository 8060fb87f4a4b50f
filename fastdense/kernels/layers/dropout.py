"""Dropout: masks that are a function of the seed, the step, the layer and the sample's place."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layers._factors import backward  # noqa: F401
from fastdense.kernels.layout import NUMBERS, TRAINING
from fastdense.kernels.records import TABLE, work_reader
from fastdense.kernels.samples.random_words import words
from fastdense.numerics.streams import DROPOUT


@cache
def draw_mask_for(kind):
    """`draw_mask(work, layer, mask, stride, columns, place)`.

    What the units of a layer are multiplied by, (n_in, columns, lanes), for samples from `place`
    of their batch on. The mask of sample b is words [b n, b n + n) of each lane's own stream, n
    rounded up to 4.
    """
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def draw_mask(work, layer, mask, stride, columns, place):
        step, purpose = record(work.state, 0).step, np.int64(DROPOUT)
        lanes = record(work.plan, 0).lanes
        blocks = (layer.n_in + 3) // 4
        for lane in range(lanes):
            numbers = offset(work.numbers, (layer.index * lanes + lane) * NUMBERS)
            above, scale, seed = np.int64(numbers[0]), cast(numbers[1]), work.seeds[lane]
            for b in range(columns):
                for block in range(blocks):
                    four = words((place + b) * blocks + block, purpose, layer.index, step, seed)
                    for j in range(min(4, layer.n_in - 4 * block)):
                        word = four[0] if j == 0 else (four[1] if j == 1 else four[2 + (j == 3)])
                        mask[(4 * block + j) * stride + b * lanes + lane] = (
                            scale if np.int64(word) >= above else cast(0)
                        )

    return draw_mask


def forward(kind):
    """`(table, index, arena, columns, place)`: a chunk through layer `index`."""
    read, draw_mask = work_reader(kind, False), draw_mask_for(kind)
    cast = np.float32 if kind == types.float32 else np.float64

    def forward(table, index, arena, columns, place):
        work = read(table)
        job, layer = record(work.job, 0), record(work.layers, index)
        stride, width = job.stride, columns * record(work.plan, 0).lanes
        source = offset(arena, layer.input_row * stride)
        target = offset(arena, layer.output_row * stride)
        mask = offset(arena, layer.slope_row * stride)
        if job.purpose == TRAINING:
            draw_mask(work, layer, mask, stride, columns, place)
        else:
            for row in range(layer.n_in):
                for i in range(row * stride, row * stride + width):
                    mask[i] = cast(1)
        for row in range(layer.n_in):
            for i in range(row * stride, row * stride + width):
                target[i] = source[i] * mask[i]

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)
