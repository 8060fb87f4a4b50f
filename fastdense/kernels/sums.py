"""Sums in the one order that the numerics contract states: sixteen interleaved partial sums."""

from numba import njit

from fastdense.kernels.compiler import NUMPY
from fastdense.kernels.layout import PARTIAL_SUMS


@njit(**NUMPY)
def total(partial):
    """The partial sums, added up in ascending order."""
    result = 0.0
    for i in range(PARTIAL_SUMS):
        result += partial[i]
    return result


@njit(**NUMPY)
def clear(partial):
    for i in range(PARTIAL_SUMS):
        partial[i] = 0.0


@njit(**NUMPY)
def add_squares(values, count, partial):
    """Add the squares of `count` numbers behind a pointer, number i to sum i mod 16."""
    whole = count - count % PARTIAL_SUMS
    for first in range(0, whole, PARTIAL_SUMS):
        for lane in range(PARTIAL_SUMS):
            v = float(values[first + lane])
            partial[lane] += v * v
    for i in range(whole, count):
        v = float(values[i])
        partial[i - whole] += v * v


@njit(**NUMPY)
def add_squared_differences(values, others, count, partial):
    """Add the squares of the differences of two vectors."""
    for i in range(count):
        v = float(values[i]) - float(others[i])
        partial[i % PARTIAL_SUMS] += v * v


@njit(**NUMPY)
def add_weighted(values, weights, count, partial):
    """Add `weights[i] * values[i]`, both float64, number i to sum i mod 16."""
    whole = count - count % PARTIAL_SUMS
    for first in range(0, whole, PARTIAL_SUMS):
        for lane in range(PARTIAL_SUMS):
            partial[lane] += weights[first + lane] * values[first + lane]
    for i in range(whole, count):
        partial[i - whole] += weights[i] * values[i]
