"""Normal quantiles: `fastdense.numerics.streams.normal_quantile`, bit for bit."""

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import NUMPY
from fastdense.kernels.compile.pointers import offset, stack_array
from fastdense.numerics.primitives import bits64, float64_from_bits, sqrt
from fastdense.numerics.streams import CENTRAL, FAR, MIDDLE

TILE = 512  # numbers whose middle is computed in vectors, and then the outer ones
FRACTION, HALF = (1 << 52) - 1, 1022 << 52  # of the bits of a float64
# Added to the bits of 1.5 * 2^52 an integer is that much more than it: no conversion is needed.
SHIFTED, SHIFT = 0x4338000000000000, 1.5 * 2.0**52

array, array_of_places = stack_array(TILE, types.float64), stack_array(TILE, types.int64)


@njit(**NUMPY)
def polynomial(x, c):
    """Horner's rule for eight coefficients, with no fused multiply-add."""
    total = ((c[7] * x + c[6]) * x + c[5]) * x + c[4]
    return (((total * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]


@njit(**NUMPY)
def ratio(x, coefficients):
    return polynomial(x, coefficients[0]) / polynomial(x, coefficients[1])


@njit(**NUMPY)
def log(x):
    """`fastdense.numerics.exact.log` of a normal number."""
    bits = bits64(x)
    exponent = (bits >> 52) - 1022
    fraction = float64_from_bits((bits & FRACTION) | HALF)
    low = fraction < 0.7071067811865476
    fraction = 2.0 * fraction if low else fraction
    exponent = exponent - 1 if low else exponent
    s = (fraction - 1.0) / (fraction + 1.0)
    square = s * s
    series = 2.0 / 21
    series = series * square + 2.0 / 19
    series = series * square + 2.0 / 17
    series = series * square + 2.0 / 15
    series = series * square + 2.0 / 13
    series = series * square + 2.0 / 11
    series = series * square + 2.0 / 9
    series = series * square + 2.0 / 7
    series = series * square + 2.0 / 5
    series = series * square + 2.0 / 3
    series = series * square + 2.0
    whole = float64_from_bits(exponent + SHIFTED) - SHIFT
    return whole * 0.6931471805599453 + s * series


def normals(kind):
    """`(numbers, count)`, and its signature: float64 p in (0, 1) become their quantiles."""

    def quantiles(numbers, count):
        tails, sizes, places = array(), array(), array_of_places()
        for begin in range(0, count, TILE):
            p = offset(numbers, begin)
            width = min(TILE, count - begin)
            few = 0  # are further out than the middle
            for i in range(width):
                q = p[i] - 0.5
                places[few] = i
                tails[few] = p[i]
                few += np.int64(abs(q) > 0.425)
            for i in range(width):
                q = p[i] - 0.5
                p[i] = q * ratio(0.180625 - q * q, CENTRAL)
            for i in range(few):
                tail = min(tails[i], 1.0 - tails[i])
                tails[i] = tail = sqrt(-log(tail))
                sizes[i] = ratio(tail - 1.6, MIDDLE)
            for i in range(few):
                if tails[i] > 5.0:
                    sizes[i] = ratio(tails[i] - 5.0, FAR)
                p[places[i]] = sizes[i] if p[places[i]] > 0 else -sizes[i]

    return quantiles, types.void(types.CPointer(types.float64), types.int64)
