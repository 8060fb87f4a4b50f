"""What layers have in common whose outputs are one number of each window and channel."""

from functools import cache

import numpy as np
from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, stack_array
from fastdense.kernels.layers._windows import begin_of, within

BLOCK = 16  # columns whose numbers stay in registers from the first place of a window to the last


@cache
def reduce_for(kind, first, following, last):
    """`reduce(g, x, out, kept, stride, width)` of each window to one number.

    `first(x, number, place, width, tap)` of the first place of a window within the image,
    `following` of each other, and `last(number, place, out, kept, width, count)` where there are
    `count` of them: the row of an input, what is found so far, and the rows of the window.
    """
    block_of = stack_array(BLOCK, kind)

    def window_for(whole):
        @njit(inline="never", **NUMPY)
        def of_window(g, x, out, kept, stride, width, window):
            # On the stack of this function, so that LLVM knows that they lie apart.
            numbers, places = block_of(), block_of()
            width = np.int64(BLOCK) if whole else width  # a constant: no rest of a vector
            h, w, i0, i1, j0, j1 = window
            for i in range(i0, i1):
                y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                for j in range(j0, j1):
                    z = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                    source = offset(x, (y * g.width + z) * g.channels * stride)
                    tap = i * g.kernel_width + j
                    if i == i0 and j == j0:
                        first(source, numbers, places, width, tap)
                    else:
                        following(source, numbers, places, width, tap)
            last(numbers, places, out, kept, width, (i1 - i0) * (j1 - j0))

        return of_window

    of_block, of_rest = window_for(True), window_for(False)

    @njit(inline="never", **NUMPY)
    def reduce(g, x, out, kept, stride, width):
        for h in range(g.down):
            for w in range(g.across):
                i0, i1, j0, j1 = within(g, h, w)
                window = h, w, i0, i1, j0, j1
                for c in range(g.channels):
                    row = ((h * g.across + w) * g.channels + c) * stride
                    for begin in range(0, width, BLOCK):
                        source, place = offset(x, c * stride + begin), row + begin
                        o, k = offset(out, place), offset(kept, place)
                        rest = width - begin
                        if rest >= BLOCK:
                            of_block(g, source, o, k, stride, rest, window)
                        else:
                            of_rest(g, source, o, k, stride, rest, window)

    return reduce


@cache
def spread_for(add):
    """`spread(g, below, delta, kept, stride, width)`, `add(below, delta, kept, width, tap)` of all.

    Of each window and its places: the row of an input, and those of the window.
    """

    @njit(inline="never", **NUMPY)
    def spread(g, below, delta, kept, stride, width):
        for h in range(g.down):
            for w in range(g.across):
                i0, i1, j0, j1 = within(g, h, w)
                for c in range(g.channels):
                    place = ((h * g.across + w) * g.channels + c) * stride
                    own, of_window = offset(delta, place), offset(kept, place)
                    for i in range(i0, i1):
                        y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                        for j in range(j0, j1):
                            z = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                            target = offset(below, ((y * g.width + z) * g.channels + c) * stride)
                            add(target, own, of_window, width, i * g.kernel_width + j)

    return spread
