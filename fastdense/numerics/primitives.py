"""What every device supplies: fused multiply-add, rounding, square root, bit casts.

Formulas in `maths` and in the entries are written over these. This file holds what they do in
the Python interpreter, on NumPy scalars; `kernels.primitives` gives the same names to the compiler.
"""

import math

import numpy as np


def fma(a, b, c):
    """`a * b + c`; compiled code rounds once, the interpreter may round twice."""
    return type(a)(float(a) * float(b) + float(c))


def rint(x):
    """Nearest integer, ties to even, in the type of `x`."""
    return np.rint(x)


def sqrt(x):
    """Correctly rounded square root, in the type of `x`; NaN below zero."""
    return type(x)(math.nan if x < 0 else math.sqrt(x))


def bits32(x):
    """The bits of a float32, as an int32."""
    return np.float32(x).view(np.int32)


def bits64(x):
    """The bits of a float64, as an int64."""
    return np.float64(x).view(np.int64)


def float32_from_bits(i):
    """The float32 whose bits are the low 32 of `i`."""
    return np.uint32(int(i) & 0xFFFFFFFF).view(np.float32)


def float64_from_bits(i):
    """The float64 whose bits are those of `i`."""
    return np.uint64(int(i) & 0xFFFFFFFFFFFFFFFF).view(np.float64)
