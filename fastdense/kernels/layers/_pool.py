"""What layers have in common whose outputs are one number of each window and channel."""

from functools import cache

from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset
from fastdense.kernels.layers._windows import begin_of, taps_within


@cache
def walk_for(first, following, last):
    """`walk(g, x, out, kept, stride, width)` over all windows and their places, row by row.

    `first(x, out, kept, width, place)` of the first place of a window within the image,
    `following` of each other, and `last(out, kept, width, count)` where there are `count` of them;
    each of the row of an input and those of the window in `out` and in `kept`.
    """

    @njit(inline="never", **NUMPY)
    def walk(g, x, out, kept, stride, width):
        for h in range(g.down):
            i0, i1 = taps_within(
                g.height, h, g.stride_height, g.dilation_height, g.top, g.kernel_height
            )
            for w in range(g.across):
                j0, j1 = taps_within(
                    g.width, w, g.stride_width, g.dilation_width, g.left, g.kernel_width
                )
                for c in range(g.channels):
                    place = ((h * g.across + w) * g.channels + c) * stride
                    o, k = offset(out, place), offset(kept, place)
                    for i in range(i0, i1):
                        y = begin_of(h, g.stride_height, g.dilation_height, g.top, i)
                        for j in range(j0, j1):
                            z = begin_of(w, g.stride_width, g.dilation_width, g.left, j)
                            source = offset(x, ((y * g.width + z) * g.channels + c) * stride)
                            tap = i * g.kernel_width + j
                            if i == i0 and j == j0:
                                first(source, o, k, width, tap)
                            else:
                                following(source, o, k, width, tap)
                    last(o, k, width, (i1 - i0) * (j1 - j0))

    return walk
