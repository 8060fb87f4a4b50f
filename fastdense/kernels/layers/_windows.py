"""Windows over images, as compiled code reads them: each feature is a row of all samples."""

from collections import namedtuple

import numpy as np
from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset

# Whole numbers in the order of `layers._windows.Windows`.
Geometry = namedtuple(
    "Geometry",
    "height width channels down across kernel_height kernel_width stride_height stride_width "
    "dilation_height dilation_width top left high wide",
)


@njit(**NUMPY)
def read_windows(work, layer):
    """The geometry of a layer's windows."""
    n = offset(work.geometry, layer.geometry)
    return Geometry(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12],
        n[13], n[14],
    )  # fmt: skip


@njit(**NUMPY)
def begin_of(window, stride, dilation, before, tap):
    """Where the place `tap` of a window lies on its axis of the image; maybe outside."""
    return window * stride - before + tap * dilation


@njit(**NUMPY)
def taps_within(size, window, stride, dilation, before, taps):
    """The first place of a window that lies within the image, and the first behind these."""
    start = window * stride - before
    first = 0 if start >= 0 else (-start + dilation - 1) // dilation
    last = min(taps, (size - start + dilation - 1) // dilation)
    return first, max(first, last)


@njit(**NUMPY)
def within(g, h, w):
    """Of a window the first row within the image, and the first behind these; columns likewise."""
    i0, i1 = taps_within(g.height, h, g.stride_height, g.dilation_height, g.top, g.kernel_height)
    j0, j1 = taps_within(g.width, w, g.stride_width, g.dilation_width, g.left, g.kernel_width)
    return i0, i1, j0, j1


@njit(**NUMPY)
def window_of(place, stride, dilation, before, tap, count):
    """The window whose place `tap` is that one of the image; -1 if none of `count` has it there."""
    shifted = place + before - tap * dilation
    if shifted < 0 or shifted % stride != 0 or shifted // stride >= count:
        return np.int64(-1)
    return np.int64(shifted // stride)
