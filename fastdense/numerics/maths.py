"""Transcendental functions as fixed sequences of IEEE operations, the same bits on every machine.

Each function has a float32 twin (`exp32`) and a float64 twin (`exp64`); the public name picks one
by the type of its argument. A twin is straight-line code over `primitives.py`: no loop,
no branch but selects of values already computed, no float-to-integer conversion (undefined for
NaN in compiled code), every fused multiply-add explicit. So a compiler may vectorize it at any
width and has no freedom to change a bit.

The interpreter runs the same code on NumPy scalars; its `fma` rounds twice, so its last bits may
differ from those of compiled code. Bounds are errors of compiled code in ulp of the exact result:
in float32 the greatest over all 2**32 inputs, in float64 one that dense samples stay below.
Coefficients without a named source are minimax fits by the Remez exchange in 200-bit arithmetic.
"""

import numpy as np

from fastdense.numerics.primitives import bits32, bits64, float32_from_bits, float64_from_bits, fma

T = np.float32  # a bare literal would turn an expression on float32 into one on float64
D = np.float64  # where the interpreter would return a Python float without it

# Added to a float these round it to an integer k, which the low bits of the sum then hold, plus
# twice the exponent bias: half of that, shifted into the exponent field, is the float 2**(k/2).
_SHIFT32, _SHIFT64 = T(1.5 * 2.0**23 + 2 * 127), D(1.5 * 2.0**52 + 2 * 1023)
_TOP32, _TOP64 = _SHIFT32 + T(128.0), _SHIFT64 + 1024.0
_BIASED32 = T(1.5 * 2.0**23 + 127)  # likewise, with the bias once, for a float 2**k

# ln 2 in two parts (fdlibm); the product of the first with an exponent is exact.
_LN2_HI32, _LN2_LO32 = T(6.9314575195e-01), T(1.4286067653e-06)
_LN2_HI64, _LN2_LO64 = D(6.93147180369123816490e-01), D(1.90821492927058770002e-10)


def _at_most(x, limit):
    """The smaller of the two; NaN stays NaN, which `min` leaves to the order of its arguments."""
    return limit if x > limit else x


def _at_least(x, limit):
    return limit if x < limit else x


def _cubic(x, x2, a, b, c, d):
    """a + b x + c x**2 + d x**3, x2 being x**2."""
    return fma(x2, fma(x, d, c), fma(x, b, a))


def _reduce32(x):
    """Write x = k ln 2 + r, |r| <= ln(2)/2; return r and `_SHIFT32 + k`.

    k stops at 128, where e**x overflows: r grows instead, so that what is made of it overflows.
    """
    t = _at_most(fma(x, T(1.4426950408889634), _SHIFT32), _TOP32)
    k = t - _SHIFT32
    return fma(k, -_LN2_LO32, fma(k, -_LN2_HI32, x)), t


def _reduce64(x):
    t = _at_most(fma(x, 1.4426950408889634, _SHIFT64), _TOP64)
    k = t - _SHIFT64
    return fma(k, -_LN2_LO64, fma(k, -_LN2_HI64, x)), t


def _expm1_tail32(r):
    """(exp(r) - 1 - r) / r**2 for |r| <= ln(2)/2."""
    r2 = r * r
    p = fma(r2, T(1.39464717e-3), fma(r, T(8.36659782e-3), T(4.16662805e-2)))
    return fma(r2, p, fma(r, T(1.66665435e-1), T(0.5)))


def _expm1_tail64(r):
    r2 = r * r
    r4 = r2 * r2
    p = fma(r2, 2.092446402383417e-9, fma(r, 2.5109068534386352e-8, 2.7557242701113794e-7))
    p = fma(
        r4,
        p,
        _cubic(
            r,
            r2,
            1.3888888888866822e-3,
            1.9841269886193265e-4,
            2.4801587360610438e-5,
            2.755724412937872e-6,
        ),
    )
    return fma(
        r4, p, _cubic(r, r2, 0.5, 1.6666666666666677e-1, 4.16666666666667e-2, 8.33333333332161e-3)
    )


def _scaled_exp32(scale, r):
    """scale * exp(r) for |r| <= ln(2)/2."""
    return fma(scale, fma(r * r, _expm1_tail32(r), r), scale)


def _scaled_exp64(scale, r):
    return fma(scale, fma(r * r, _expm1_tail64(r), r), scale)


def _exp_normal32(x):
    """exp(x) for -80 <= x <= 80, where 2**k needs no care."""
    r, t = _reduce32(x)
    return _scaled_exp32(float32_from_bits((bits32(t) - 127) << 23), r)


def _exp_normal64(x):
    r, t = _reduce64(x)
    return _scaled_exp64(float64_from_bits((bits64(t) - 1023) << 52), r)


def _log_reduced32(k, f):
    """k ln 2 + log(1 + f) for -1/3 <= f <= 1/3."""
    f2 = f * f
    f4 = f2 * f2
    p = _cubic(f, f2, T(-1.66852176e-1), T(1.40145034e-1), T(-1.21179961e-1), T(1.39467090e-1))
    p = fma(f4, T(-1.31809473e-1), p)
    p = fma(f4, p, _cubic(f, f2, T(-0.5), T(3.33332300e-1), T(-2.49996960e-1), T(2.00097919e-1)))
    return fma(k, T(0.6931471805599453), fma(f2, p, f))


def _log_reduced64(k, f):
    """k ln 2 + log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2) (fdlibm, e_log.c)."""
    s = f / (f + 2.0)
    z = s * s
    p = fma(z, fma(z, 1.479819860511658591e-01, 1.531383769920937332e-01), 1.818357216161805012e-01)
    p = fma(z, fma(z, p, 2.222219843214978396e-01), 2.857142874366239149e-01)
    p = fma(z, fma(z, p, 3.999999999940941908e-01), 6.666666666666735130e-01)
    half = 0.5 * f * f
    return fma(k, _LN2_HI64, f - (half - fma(s, fma(z, p, half), k * _LN2_LO64)))


def _exponent32(x):
    """2**23 k for x = 2**k (1 + f), -1/3 <= f <= 1/3."""
    return np.int32(bits32(abs(x)) - 0x3F2AAAAB) & -0x800000


def _exponent64(x):
    """2**52 k for x = 2**k (1 + f), sqrt(1/2) <= 1 + f <= sqrt(2)."""
    return (bits64(abs(x)) - 0x3FE6A09E667F3BCD) & -0x10000000000000


def _log1p_finite32(x):
    """log(1 + x) for finite x > -1: x and 1 are scaled alike before they add (N. Juffa)."""
    e = _exponent32(x + T(1.0))
    scaled = float32_from_bits(bits32(x) - e)
    one = float32_from_bits(0x40800000 - e)  # 4 times 2**-k, which may be denormal
    return _log_reduced32(T(np.int32(e)) * T(2.0**-23), scaled + fma(one, T(0.25), T(-1.0)))


def _log1p_finite64(x):
    e = _exponent64(x + 1.0)
    scaled = float64_from_bits(bits64(x) - e)
    one = float64_from_bits(0x4010000000000000 - e)
    return _log_reduced64(D(e) * 2.0**-52, scaled + fma(one, 0.25, -1.0))


def _log_special32(y, x, u):
    """y, meant as log(u), put right for u = x or x + 1 that is infinite, NaN, 0 or negative."""
    y = y if x < T(np.inf) else x
    pole = T(-np.inf) if u == T(0.0) else T(np.nan)
    return y if u > T(0.0) else pole


def _log_special64(y, x, u):
    y = y if x < np.inf else x
    pole = D(-np.inf) if u == 0.0 else D(np.nan)
    return y if u > 0.0 else pole


def _with_sign32(y, x):
    """|y| with the sign of x."""
    return float32_from_bits((bits32(y) & 0x7FFFFFFF) | (bits32(x) & -0x80000000))


def _with_sign64(y, x):
    return float64_from_bits((bits64(y) & 0x7FFFFFFFFFFFFFFF) | (bits64(x) & -0x8000000000000000))


def exp32(x):
    r, t = _reduce32(_at_least(x, T(-104.0)))
    k = bits32(t)
    half = k >> 1  # scaled in two steps: 2**k itself may be no normal number
    y = _scaled_exp32(float32_from_bits(half << 23), r)
    return y * float32_from_bits((k - half) << 23)


def exp64(x):
    r, t = _reduce64(_at_least(x, D(-746.0)))
    k = bits64(t)
    half = k >> 1
    y = _scaled_exp64(float64_from_bits(half << 52), r)
    return y * float64_from_bits((k - half) << 52)


def exp(x):
    """e**x.

    Within 1.07 ulp (float32), 1.01 ulp (float64). Cody-Waite reduction and a polynomial.
    """
    return exp32(x) if isinstance(x, T) else exp64(x)


def expm132(x):
    a = _at_most(_at_least(x, T(-40.0)), T(89.0))
    r, t = _reduce32(a)
    k = t - _SHIFT32
    error = fma(k, -_LN2_LO32, fma(k, -_LN2_HI32, a) - r)  # what the rounding of r took away
    scale = float32_from_bits((bits32(t) - 128) << 23)  # half of 2**k, which may overflow
    y = fma(scale, r + fma(r * r, _expm1_tail32(r), error), scale - T(0.5))
    y = y + y
    return x if abs(x) < T(2.0**-25) else y


def expm164(x):
    a = _at_most(_at_least(x, D(-80.0)), D(710.0))
    r, t = _reduce64(a)
    k = t - _SHIFT64
    error = fma(k, -_LN2_LO64, fma(k, -_LN2_HI64, a) - r)
    scale = float64_from_bits((bits64(t) - 1024) << 52)
    y = fma(scale, r + fma(r * r, _expm1_tail64(r), error), scale - 0.5)
    y = y + y
    return x if abs(x) < 2.0**-54 else y


def expm1(x):
    """e**x - 1, without cancellation near 0.

    Within 1.67 ulp (float32), 1.85 ulp (float64). 2**k (e**r - 1) + (2**k - 1), reduced as `exp`.
    """
    return expm132(x) if isinstance(x, T) else expm164(x)


def log32(x):
    tiny = x < T(2.0**-126)
    scaled = x * T(2.0**24)
    a = scaled if tiny else x
    offset = T(-24.0) if tiny else T(0.0)
    e = _exponent32(a)
    k = fma(T(np.int32(e)), T(2.0**-23), offset)
    y = _log_reduced32(k, float32_from_bits(bits32(a) - e) - T(1.0))
    return _log_special32(y, x, x)


def log64(x):
    tiny = x < 2.0**-1022
    scaled = x * 2.0**54
    a = scaled if tiny else x
    offset = D(-54.0) if tiny else D(0.0)
    e = _exponent64(a)
    k = fma(D(e), 2.0**-52, offset)
    y = _log_reduced64(k, float64_from_bits(bits64(a) - e) - 1.0)
    return _log_special64(y, x, x)


def log(x):
    """The natural logarithm of x; -inf at 0, NaN below.

    Within 0.99 ulp (float32), 0.9 ulp (float64). A polynomial about 1; fdlibm's in float64.
    """
    return log32(x) if isinstance(x, T) else log64(x)


def log1p32(x):
    y = _log_special32(_log1p_finite32(x), x, x + T(1.0))
    return x if abs(x) < T(2.0**-25) else y


def log1p64(x):
    y = _log_special64(_log1p_finite64(x), x, x + 1.0)
    return x if abs(x) < 2.0**-54 else y


def log1p(x):
    """log(1 + x), without cancellation near 0; -inf at -1, NaN below.

    Within 1.63 ulp (float32), 1.5 ulp (float64). As `log`, of 1 + f = 2**-k (1 + x) (N. Juffa).
    """
    return log1p32(x) if isinstance(x, T) else log1p64(x)


def tanh32(x):
    a = _at_most(abs(x), T(10.0))
    t = fma(a, T(2.885390081777927), _BIASED32)
    r = fma(t - _BIASED32, T(-0.34657359027997264), a)
    scale = float32_from_bits(bits32(t) << 23)
    r2 = r * r
    p = fma(r, T(1.33272186e-1), T(4.01593e-1))
    p = fma(r2, fma(r, p, T(1.00001276)), fma(r, T(1.99998522), T(3.0)))
    n = fma(scale, fma(r, T(3.0), r2 * p), fma(scale, T(1.5), T(-1.5)))
    return _with_sign32(n / (n + T(3.0)), x)


def tanh64(x):
    a = _at_most(abs(x), D(20.0))
    r, t = _reduce64(a + a)
    scale = float64_from_bits((bits64(t) - 1023) << 52)
    p = _expm1_tail64(r)
    n = fma(scale, fma(r, 1.5, 1.5 * r * r * p), fma(scale, 1.5, -1.5))
    return _with_sign64(n / (n + 3.0), x)


def tanh(x):
    """The hyperbolic tangent of x.

    Within 1.93 ulp (float32), 1.9 ulp (float64). n / (n + 3) with n = 1.5 (exp(2 |x|) - 1). For
    the factor 1.5 the divisor is between 3 and 4 where the result is small, so that its rounding
    weighs little; where it is greater, n and the divisor have their errors in common.
    """
    return tanh32(x) if isinstance(x, T) else tanh64(x)


def sigmoid32(x):
    e = exp32(-abs(x))
    a = e if x < T(0.0) else T(1.0)
    return fma(-a, e / (e + T(1.0)), a)


def sigmoid64(x):
    e = exp64(-abs(x))
    a = e if x < 0.0 else D(1.0)
    return fma(-a, e / (e + 1.0), a)


def sigmoid(x):
    """1 / (1 + e**-x), accurate in both tails.

    Within 1.66 ulp (float32), 1.75 ulp (float64). With e = exp(-|x|), which cannot overflow, and
    a = e for x < 0, else 1: a - a e / (1 + e), where the rounding of 1 + e weighs little.
    """
    return sigmoid32(x) if isinstance(x, T) else sigmoid64(x)


def softplus32(x):
    return _at_least(x, T(0.0)) + _log1p_finite32(exp32(-abs(x)))


def softplus64(x):
    return _at_least(x, D(0.0)) + _log1p_finite64(exp64(-abs(x)))


def softplus(x):
    """log(1 + e**x).

    Within 1.92 ulp (float32), 1.75 ulp (float64). max(x, 0) + log1p(exp(-|x|)).
    """
    return softplus32(x) if isinstance(x, T) else softplus64(x)


def erf32(x):
    a = _at_most(abs(x), T(4.0))
    a2 = a * a
    a4 = a2 * a2
    p = fma(a2, T(-5.94315003e-4), T(4.98438068e-3))
    p = fma(a4, p, fma(a2, T(-2.67611090e-2), T(1.12816818e-1)))
    p = fma(a4, p, fma(a2, T(-3.76124829e-1), T(1.28379151e-1)))
    inner = fma(a, p, a)
    p = fma(a, T(2.12915125e-4), T(-3.20618018e-3))
    p = fma(
        a4,
        p,
        _cubic(a, a2, T(-1.28504738e-1), T(-6.35751069e-1), T(-1.05218440e-1), T(2.28619762e-2)),
    )
    outer = T(1.0) - _exp_normal32(fma(a, p, -a))
    return _with_sign32(outer if a > T(0.9375) else inner, x)


def erf64(x):
    a = _at_most(abs(x), D(5.95))
    a2 = a * a
    a4 = a2 * a2
    a8 = a4 * a4
    p = _cubic(
        a2,
        a4,
        1.6447517785276608e-6,
        -1.6209177049967943e-7,
        1.372298233785976e-8,
        -7.801202022833089e-10,
    )
    p = fma(
        a8,
        p,
        _cubic(
            a2,
            a4,
            5.223977607422994e-3,
            -8.548325989686408e-4,
            1.2055295320488646e-4,
            -1.492474466804283e-5,
        ),
    )
    p = fma(
        a8,
        p,
        _cubic(
            a2,
            a4,
            1.2837916709551256e-1,
            -3.761263890318355e-1,
            1.1283791670945252e-1,
            -2.686617064327612e-2,
        ),
    )
    inner = fma(a, p, a)
    p = fma(a, 1.507908118867688e-12, -6.701348269813584e-11)
    p = fma(
        a4,
        p,
        _cubic(
            a,
            a2,
            -1.0740741830017964e-6,
            1.6231582624616714e-7,
            -1.8040194496363723e-8,
            1.3944336893613843e-9,
        ),
    )
    p = fma(
        a4,
        p,
        _cubic(
            a,
            a2,
            -9.516394682666102e-5,
            5.588296927806386e-5,
            -2.0292261862357107e-5,
            5.367649605594585e-6,
        ),
    )
    p = fma(
        a4,
        p,
        _cubic(
            a,
            a2,
            2.125387497102538e-4,
            -1.6932767143779072e-3,
            5.753335933505873e-4,
            4.4769469072384437e-7,
        ),
    )
    p = fma(
        a4,
        p,
        _cubic(
            a,
            a2,
            -1.2837910820119716e-1,
            -6.366202771745945e-1,
            -1.02770722288686e-1,
            1.9124688467284184e-2,
        ),
    )
    outer = 1.0 - _exp_normal64(fma(a, p, -a))
    return _with_sign64(outer if a > 1.0 else inner, x)


def erf(x):
    """The error function, 2 / sqrt(pi) times the integral of exp(-t**2) for t from 0 to x.

    Within 1.13 ulp (float32), 1.2 ulp (float64). A polynomial near 0, else 1 - exp of one
    (the form is N. Juffa's).
    """
    return erf32(x) if isinstance(x, T) else erf64(x)


def cos_pi32(x):
    z = T(0.5) - x
    z2 = z * z
    w = T(1.0) - x
    w = x if x < T(0.5) else w
    w2 = w * w
    p = _cubic(w2, w2 * w2, T(-4.93480206), T(4.05870771), T(-1.33505845), T(2.31429547e-1))
    ends = fma(w2, p, T(1.0))
    p = fma(z2, fma(z2, T(-5.89479685e-1), T(2.54981065)), T(-5.16770935))
    middle = fma(z, T(3.141592653589793), z * fma(z2, p, T(-8.74227766e-8)))
    return _with_sign32(ends if w < T(0.25) else middle, z)


def cos_pi64(x):
    z = 0.5 - x
    z2 = z * z
    w = 1.0 - x
    w = x if x < 0.5 else w
    w2 = w * w
    p = fma(w2, -1.0357788560536847e-4, 1.9294681733082707e-3)
    p = fma(w2, fma(w2, p, -2.5806885879322936e-2), 2.3533063020160797e-1)
    p = fma(w2, fma(w2, p, -1.3352627688521883), 4.058712126416751)
    ends = fma(w2, fma(w2, p, -4.934802200544679), 1.0)
    p = fma(z2, fma(z2, 4.615925820792856e-4, -7.370033849598237e-3), 8.214587013043076e-2)
    p = fma(z2, fma(z2, p, -5.992645289748825e-1), 2.5501640398740073)
    p = fma(z2, fma(z2, p, -5.16771278004996), 1.2246467991473532e-16)
    middle = fma(z, 3.141592653589793, z * p)
    return _with_sign64(ends if w < 0.25 else middle, z)


def cos_pi(x):
    """cos(pi x) for 0 <= x <= 1.

    Within 1.22 ulp (float32), 1.0 ulp (float64). A polynomial about the nearest of 0, 1/2 and 1,
    from which x has an exact distance.
    """
    return cos_pi32(x) if isinstance(x, T) else cos_pi64(x)


BY_PRECISION = {
    exp: (exp32, exp64),
    expm1: (expm132, expm164),
    log: (log32, log64),
    log1p: (log1p32, log1p64),
    tanh: (tanh32, tanh64),
    sigmoid: (sigmoid32, sigmoid64),
    softplus: (softplus32, softplus64),
    erf: (erf32, erf64),
    cos_pi: (cos_pi32, cos_pi64),
}
