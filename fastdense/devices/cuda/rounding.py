"""The primitives of a GPU in the interpreter, for Numba's simulator: they round once, as it does.

Those of `numerics.primitives` do so too, but for the fused multiply-add, which the C library has.
"""

import ctypes
import ctypes.util
import threading

import numpy as np

_library = ctypes.PyDLL(ctypes.util.find_library("m") or None)
_single, _double = _library.fmaf, _library.fma
_single.restype, _single.argtypes = ctypes.c_float, [ctypes.c_float] * 3
_double.restype, _double.argtypes = ctypes.c_double, [ctypes.c_double] * 3


def fma(a, b, c):
    """`a * b + c` in the type of `a`, rounded once."""
    if isinstance(a, np.float32):
        return np.float32(_single(a, b, c))
    return np.float64(_double(a, b, c))


def thread():
    return threading.current_thread().thread_id


def meet():
    threading.current_thread().syncthreads()


def wait():
    threading.current_thread().syncthreads()  # a grid is of one block


_adding = threading.Lock()


def add(array, place, number):
    with _adding:
        array[place] += number


def shared(kind, count):
    """A function that returns an array of the only block's threads."""
    array = np.empty(count, kind)
    return lambda: array
