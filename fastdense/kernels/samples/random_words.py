"""Random words in compiled code: `fastdense.numerics.streams.words`, word for word."""

import numpy as np
from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.primitives import INLINE
from fastdense.numerics import philox

random_block = njit(philox.block, **INLINE)

LOW_WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@njit(**NUMPY)
def low_word(number):
    return np.uint64(number) & LOW_WORD


@njit(**NUMPY)
def high_word(number):
    return np.uint64(number) >> HALF


@njit(**NUMPY)
def words(index, purpose, layer, time, seed):
    """The four random words of one block: `fastdense.numerics.streams.words` in compiled form."""
    return random_block(
        np.uint64(index),
        low_word(time),
        np.uint64(purpose << 24 | layer),
        high_word(time),
        low_word(seed),
        high_word(seed),
    )
