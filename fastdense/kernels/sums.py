"""Sums in the one order that the numerics contract states: sixteen interleaved partial sums."""

from collections import namedtuple
from functools import cache

from numba import njit

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import PARTIAL_SUMS

Sums = namedtuple("Sums", "total clear add_squares add_squared_differences add_weighted")


@cache
def sums_for(lanes):
    """Functions on `partial` sums (PARTIAL_SUMS, lanes), float64.

    Vectors are (count, lanes); number i of a lane goes to its sum i mod PARTIAL_SUMS.
    """
    row = PARTIAL_SUMS * lanes

    @njit(**NUMPY)
    def total(partial, lane):
        """The partial sums of a lane, added up in ascending order."""
        result = 0.0
        for i in range(PARTIAL_SUMS):
            result += partial[i * lanes + lane]
        return result

    @njit(**NUMPY)
    def clear(partial):
        for i in range(row):
            partial[i] = 0.0

    @njit(**NUMPY)
    def add_squares(values, count, partial):
        """Add the squares of the numbers behind a pointer."""
        count *= lanes
        whole = count - count % row
        for first in range(0, whole, row):
            for place in range(row):
                v = float(values[first + place])
                partial[place] += v * v
        for i in range(whole, count):
            v = float(values[i])
            partial[i - whole] += v * v

    @njit(**NUMPY)
    def add_squared_differences(values, others, count, partial):
        """Add the squares of the differences of two vectors."""
        for i in range(count * lanes):
            v = float(values[i]) - float(others[i])
            partial[i % row] += v * v

    @njit(**NUMPY)
    def add_weighted(values, weights, count, first, partial):
        """Add `weights[i] * values[i]`, both float64; number 0 is number `first` of the sum."""
        if lanes == 1:  # chunks begin at a multiple of PARTIAL_SUMS
            whole = count - count % PARTIAL_SUMS
            for begin in range(0, whole, PARTIAL_SUMS):
                for place in range(PARTIAL_SUMS):
                    partial[place] += weights[begin + place] * values[begin + place]
            for i in range(whole, count):
                partial[i - whole] += weights[i] * values[i]
        else:
            for i in range(count):
                place = (first + i) % PARTIAL_SUMS * lanes
                for lane in range(lanes):
                    number = i * lanes + lane
                    partial[place + lane] += weights[number] * values[number]

    return Sums(total, clear, add_squares, add_squared_differences, add_weighted)
