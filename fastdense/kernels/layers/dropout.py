"""Masks of dropout, a function of the seed, the step, the layer and the sample's place."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD
from fastdense.kernels.compile.pointers import record
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
            keep, seed = record(work.keep, layer.index * lanes + lane), work.seeds[lane]
            scale = cast(keep.scale)
            for b in range(columns):
                for block in range(blocks):
                    four = words((place + b) * blocks + block, purpose, layer.index, step, seed)
                    for j in range(min(4, layer.n_in - 4 * block)):
                        word = four[0] if j == 0 else (four[1] if j == 1 else four[2 + (j == 3)])
                        kept = np.int64(word) >= keep.above
                        mask[(4 * block + j) * stride + b * lanes + lane] = (
                            scale if kept else cast(0)
                        )

    return draw_mask
