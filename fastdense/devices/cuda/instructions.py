"""The primitives of `numerics.primitives` as instructions of a GPU, each rounded to nearest."""

import math

import numpy as np
from numba import cuda
from numba.cuda import libdevice


@cuda.jit(device=True)
def fma(a, b, c):
    return cuda.fma(a, b, c)


@cuda.jit(device=True)
def sqrt(x):
    return math.sqrt(x)


@cuda.jit(device=True)
def bits32(x):
    return libdevice.float_as_int(x)


@cuda.jit(device=True)
def bits64(x):
    return libdevice.double_as_longlong(x)


@cuda.jit(device=True)
def float32_from_bits(i):
    return libdevice.int_as_float(np.int32(i))


@cuda.jit(device=True)
def float64_from_bits(i):
    return libdevice.longlong_as_double(np.int64(i))


@cuda.jit(device=True)
def unchecked(place):
    return np.uint64(place)
