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


@cuda.jit(device=True)
def block():
    return np.int64(cuda.blockIdx.x)


@cuda.jit(device=True)
def blocks():
    return np.int64(cuda.gridDim.x)


@cuda.jit(device=True)
def thread():
    return np.int64(cuda.threadIdx.x)


@cuda.jit(device=True)
def meet():
    cuda.syncthreads()


@cuda.jit(device=True)
def wait():
    cuda.cg.this_grid().sync()


@cuda.jit(device=True)
def add(array, place, number):
    cuda.atomic.add(array, place, number)


@cuda.jit(device=True, inline="always")
def own_number():
    return cuda.local.array(1, np.float64)


def shared(kind, count):
    """A function that returns an array of a block's threads, the same one for all of them."""

    @cuda.jit(device=True, inline="always")
    def array():
        return cuda.shared.array(count, kind, alignment=16)

    return array
