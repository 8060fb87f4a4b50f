"""Logarithm and sine from correctly rounded operations only: the same bits on every machine.

NumPy's own differ in the last bit between processors, and data and initial parameters must not.
"""

import numpy as np


def log(x):
    """Natural logarithm of positive float64."""
    fraction, exponent = np.frexp(x)
    low = fraction < 0.7071067811865476
    fraction = np.where(low, 2.0 * fraction, fraction)
    exponent = exponent - low
    s = (fraction - 1.0) / (fraction + 1.0)
    square = s * s
    series = np.zeros_like(s)
    for k in range(21, 0, -2):  # 2 atanh(s); |s| < 0.172, so the next term is below 2^-56
        series *= square
        series += 2.0 / k
    return exponent * 0.6931471805599453 + s * series


def sin(x):
    """Sine of float64 with |x| < 1e6, absolute error below 4e-16."""
    turns = np.rint(x * 0.3183098861837907)
    # pi in two parts, the first of 33 bits, so that its product with `turns` is exact (fdlibm).
    r = (x - turns * 3.14159265346825122833) - turns * 1.21542010130123844986e-10
    square = r * r
    series = np.zeros_like(r)
    for k in range(27, 1, -2):  # the Taylor series; |r| < 1.58, the next term is below 1e-22
        series = (1.0 + series) * -square / (k * (k - 1))
    return np.where(turns % 2 == 0, 1.0, -1.0) * (r + r * series)
