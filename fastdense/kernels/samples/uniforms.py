"""Uniform numbers of random streams: `fastdense.numerics.streams.uniforms`, bit for bit."""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.drawing import make_drawing
from fastdense.kernels.compile.pointers import offset, stack_array
from fastdense.numerics.primitives import float64_from_bits

BLOCKS = 16  # of four words, and so two numbers each, that are drawn side by side
# The bits of 2^52, whose last 52 count ones: so every CPU converts integers in vectors.
SHIFTED, SHIFT = 0x4330000000000000, 2.0**52

draw, array_of_words = make_drawing(BLOCKS), stack_array(4 * BLOCKS, types.int64)


@njit(**NUMPY)
def number(high, low):
    bits = (high << np.int64(20)) | (low >> np.int64(12))
    return (float64_from_bits(bits | np.int64(SHIFTED)) - SHIFT + 0.5) * 2.0**-52


def uniforms(kind):
    """`(numbers, seeds, count, first, width, purpose, layer, epoch)`, and its signature.

    Fills float64 (count, width) with the numbers `first`, a multiple of 2, and following of the
    streams of `count` seeds.
    """

    def fill(numbers, seeds, count, first, width, purpose, layer, epoch):
        words = array_of_words()
        for row in range(count):
            target = offset(numbers, row * width)
            for begin in range(0, width, 2 * BLOCKS):
                draw(words, (first + begin) >> 1, purpose, layer, epoch, seeds[row])
                place = offset(target, begin)
                if begin + 2 * BLOCKS <= width:
                    for b in range(BLOCKS):
                        place[2 * b] = number(words[b], words[BLOCKS + b])
                        place[2 * b + 1] = number(words[2 * BLOCKS + b], words[3 * BLOCKS + b])
                else:
                    for i in range(width - begin):
                        b = (i >> 1) + (i & 1) * 2 * BLOCKS
                        place[i] = number(words[b], words[BLOCKS + b])

    pointer = types.CPointer
    return fill, types.void(pointer(types.float64), pointer(types.int64), *[types.int64] * 6)
