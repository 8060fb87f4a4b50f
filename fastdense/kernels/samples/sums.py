"""Sums in the one order that the numerics contract states: sixteen interleaved partial sums.

`partial` sums are (PARTIAL_SUMS, lanes), float64; vectors are (count, lanes), and number i of a
lane goes to its sum i mod PARTIAL_SUMS.
"""

from numba import njit

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.layout import PARTIAL_SUMS


@njit(**NUMPY)
def total(partial, lane, lanes):
    """The partial sums of a lane, added up in ascending order."""
    result = 0.0
    for i in range(PARTIAL_SUMS):
        result += partial[i * lanes + lane]
    return result


@njit(**NUMPY)
def means(partial, count, row, lanes):
    """The total of each lane over `count`, into `row`."""
    if lanes == 1:
        row[0] = total(partial, 0, lanes) / count
        return
    for lane in range(lanes):
        row[lane] = 0.0
    for i in range(PARTIAL_SUMS):
        for lane in range(lanes):
            row[lane] += partial[i * lanes + lane]
    for lane in range(lanes):
        row[lane] /= count


@njit(**NUMPY)
def clear(partial, lanes):
    """Begin sums."""
    for i in range(PARTIAL_SUMS * lanes):
        partial[i] = 0.0


@njit(**NUMPY)
def add_squares(values, count, partial, lanes):
    """Add the squares of the numbers behind a pointer."""
    row, count = PARTIAL_SUMS * lanes, count * lanes
    whole = count - count % row
    first = 0
    while first < whole:  # `range` raises where a step is zero
        for place in range(row):
            v = float(values[first + place])
            partial[place] += v * v
        first += row
    for i in range(whole, count):
        v = float(values[i])
        partial[i - whole] += v * v


@njit(**NUMPY)
def add_squared_differences(values, others, count, partial, lanes):
    """Add the squares of the differences of two vectors."""
    row = PARTIAL_SUMS * lanes
    for i in range(count * lanes):
        v = float(values[i]) - float(others[i])
        partial[i % row] += v * v


@njit(**NUMPY)
def add_weighted(values, weights, count, first, partial, lanes):
    """Add `weights[i] * values[i]`, both float64; number 0 is number `first` of the sum."""
    row, count = PARTIAL_SUMS * lanes, count * lanes
    begin, place = 0, first * lanes % row
    while begin < count:
        if place == 0 and count - begin >= row:
            for i in range(row):  # sixteen, where a network is alone
                partial[i] += weights[begin + i] * values[begin + i]
            begin += row
        else:
            length = min(count - begin, row - place)
            for i in range(length):
                partial[place + i] += weights[begin + i] * values[begin + i]
            begin += length
            place = 0
