"""What layers have in common whose outputs are one number of each window and channel."""

from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset
from fastdense.kernels.layers._windows import begin_of, within


@njit(**NUMPY)
def runs_of(channels, stride, width):
    """How many runs of neighbors the channels of a place are, and how long each is."""
    return (np.int64(1), channels * stride) if width == stride else (channels, width)


@cache
def reduce_for(first, following):
    """`reduce(g, x, out, kept, stride, width)` of each window to one number.

    `first(x, out, kept, width, tap)` of the first place of a window within the image, `following`
    of each other: a row of inputs, and the rows of the window.
    """
    of_first, of_following = (njit(inline="never", **NUMPY)(each) for each in (first, following))

    @njit(inline="never", **NUMPY)
    def reduce(g, x, out, kept, stride, width):
        runs, length = runs_of(g.channels, stride, width)
        for h in range(g.down):
            for w in range(g.across):
                i0, i1, j0, j1 = within(g, h, w)
                place = (h * g.across + w) * g.channels * stride
                for c in range(runs):
                    o, k = offset(out, place + c * stride), offset(kept, place + c * stride)
                    for i in range(i0, i1):
                        y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                        for j in range(j0, j1):
                            z = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                            source = offset(x, ((y * g.width + z) * g.channels + c) * stride)
                            tap = i * g.kernel_width + j
                            if i == i0 and j == j0:
                                of_first(source, o, k, length, tap)
                            else:
                                of_following(source, o, k, length, tap)

    return reduce


@cache
def spread_for(add):
    """`spread(g, below, delta, kept, stride, width)`, `add(below, delta, kept, width, tap)` of all.

    Of each window and its places: a row of inputs, and the rows of the window.
    """
    add_row = njit(inline="never", **NUMPY)(add)

    @njit(inline="never", **NUMPY)
    def spread(g, below, delta, kept, stride, width):
        runs, length = runs_of(g.channels, stride, width)
        for h in range(g.down):
            for w in range(g.across):
                i0, i1, j0, j1 = within(g, h, w)
                place = (h * g.across + w) * g.channels * stride
                for c in range(runs):
                    own, k = offset(delta, place + c * stride), offset(kept, place + c * stride)
                    for i in range(i0, i1):
                        y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                        for j in range(j0, j1):
                            z = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                            target = offset(below, ((y * g.width + z) * g.channels + c) * stride)
                            add_row(target, own, k, length, i * g.kernel_width + j)

    return spread
