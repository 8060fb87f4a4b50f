"""Accuracy, special values and machine code of `numerics/maths.py`, compiled and interpreted."""

import functools
import math
import platform
import re
import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

import fastdense.kernels.compile.primitives  # noqa: F401  (gives the formulas to the compiler)
from fastdense.numerics import maths, primitives

FUNCTIONS = list(maths.BY_PRECISION)
PRECISIONS = [np.float32, np.float64]
INF, NAN = math.inf, math.nan

each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
each_precision = pytest.mark.parametrize("precision", PRECISIONS, ids=lambda t: t.__name__)


def bound(function, precision):
    """The error bound in ulp that the docstring promises."""
    pair = re.search(r"Within ([\d.]+) ulp \(float32\), ([\d.]+) ulp \(float64\)", function.__doc__)
    return float(pair[1 + PRECISIONS.index(precision)])


@functools.cache
def loop(function):
    """`function` over the elements of an array, compiled."""

    @njit(error_model="numpy")
    def run(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    return run


def compiled(function, x):
    out = np.empty_like(x)
    loop(function)(x, out)
    return out


def bits(x):
    return x.view(np.uint32 if x.dtype == np.float32 else np.uint64)


# Accuracy


@functools.cache
def errors(function):
    """The errors of the float32 twin in ulp of the float64 one, compiled; infinite if undefined."""
    single, double = maths.BY_PRECISION[function]

    @njit(error_model="numpy")
    def run(x, out, error):
        for i in range(x.size):
            out[i] = single(x[i])
        for i in range(x.size):
            exact = double(np.float64(x[i]))
            power = primitives.bits64(exact) & 0x7FF0000000000000
            ulp = max(primitives.float64_from_bits(power), 2.0**-126) * 2.0**-23
            difference = abs(np.float64(out[i]) - exact) / ulp
            difference = difference if difference == difference else np.inf
            both_nan = (out[i] != out[i]) & (exact != exact)
            error[i] = 0.0 if (out[i] == np.float32(exact)) | both_nan else difference

    return run


def worst_float32(function, step):
    """The greatest error over every `step`-th bit pattern of a float32."""
    end = 0x3F800001 if function is maths.cos_pi else 1 << 32
    worst = 0.0
    for start in range(0, end, step << 20):
        pattern = np.arange(start, min(start + (step << 20), end), step).astype(np.uint32)
        x = pattern.view(np.float32)
        error = np.empty(x.size)
        errors(function)(x, np.empty_like(x), error)
        worst = max(worst, error.max())
    return worst


@each_function
def test_float32_error_on_samples(function):
    assert worst_float32(function, 4099) <= bound(function, np.float32)


@pytest.mark.exhaustive
@each_function
def test_float32_error_everywhere(function, request):
    """All 2**32 inputs: 10 to 30 s a function, two minutes in all on one AVX-512 core."""
    if "exhaustive" not in request.config.getoption("markexpr"):
        pytest.skip("select with -m exhaustive")
    worst = worst_float32(function, 1)
    assert bound(function, np.float32) - 0.02 <= worst <= bound(function, np.float32)


def exact(function, x):
    """`function` of a float, in mpmath at a precision that survives every cancellation here."""
    x = mpmath.mpf(float(x))
    formulas = {
        maths.expm1: lambda: mpmath.exp(x) - 1,
        maths.log1p: lambda: mpmath.log(1 + x),
        maths.sigmoid: lambda: 1 / (1 + mpmath.exp(-x)),
        maths.softplus: lambda: mpmath.log(1 + mpmath.exp(x)),
        maths.cos_pi: lambda: mpmath.cospi(x),
    }
    return formulas[function]() if function in formulas else getattr(mpmath, function.__name__)(x)


def ulps(y, true):
    """|y - true| in float64 ulp of `true`."""
    exponent = max(mpmath.frexp(true)[1] - 1, -1022) if true else -1022
    return float(abs(mpmath.mpf(float(y)) - true) * mpmath.mpf(2) ** (52 - exponent))


def float64_samples(function, count):
    """Arguments of all sizes, and many where reductions switch and errors are greatest."""
    random = np.random.default_rng(len(function.__name__))
    tiny = np.exp2(random.uniform(-1074, 0, count))
    moderate = np.exp2(random.uniform(-30, 3, count))
    if function is maths.cos_pi:
        return np.concatenate([random.random(4 * count), tiny, 0.5 - tiny / 4, 1 - moderate / 8])
    if function is maths.log:
        near = random.uniform(0.4, 2.2, 3 * count)
        return np.concatenate([near, tiny, 1 / tiny[tiny > 2.0**-1022], 1 + moderate])
    near = random.uniform(-1.6, 1.6, 5 * count)
    if function is maths.log1p:
        near = np.maximum(near, 2.0**-40 - 1)
        return np.concatenate([near, tiny, -tiny / 2, 1 / tiny[tiny > 2.0**-1022]])
    wide = random.uniform(-745, 709, count)
    return np.concatenate([near, wide, moderate, -moderate, tiny, -tiny])


@each_function
def test_float64_error_on_samples(function):
    x = float64_samples(function, 60)
    with mpmath.workprec(1300):  # keeps the smallest denormal beside 1
        true = [exact(function, a) for a in x]
        error = [ulps(y, t) for y, t in zip(compiled(function, x), true, strict=True)]
    assert max(error) <= bound(function, np.float64), x[np.argmax(error)]


# Special values

SPECIAL = {
    maths.exp: [(0, 1), (-0.0, 1), (INF, INF), (-INF, 0), (1e5, INF), (-1e5, 0)],
    maths.expm1: [(INF, INF), (-INF, -1), (1e5, INF), (-1e5, -1)],
    maths.log: [(0, -INF), (-0.0, -INF), (1, 0), (INF, INF), (-INF, NAN), (-1, NAN), (-1e-40, NAN)],
    maths.log1p: [(-1, -INF), (INF, INF), (-INF, NAN), (-1.5, NAN)],
    maths.tanh: [(INF, 1), (-INF, -1), (30, 1), (-30, -1)],
    maths.sigmoid: [(0, 0.5), (-0.0, 0.5), (INF, 1), (-INF, 0), (-1e5, 0), (100, 1)],
    maths.softplus: [(INF, INF), (-INF, 0), (-1e5, 0), (1e30, 1e30)],
    maths.erf: [(INF, 1), (-INF, -1), (7, 1), (-7, -1)],
    maths.cos_pi: [(0, 1), (0.5, 0), (1, -1)],
}
ODD_AT_ZERO = [maths.expm1, maths.log1p, maths.tanh, maths.erf]


@each_precision
@each_function
def test_special_values(function, precision):
    table = [*SPECIAL[function], (NAN, NAN), (-NAN, NAN)]
    if function in ODD_AT_ZERO:
        smallest = float(np.finfo(precision).smallest_subnormal)
        table += [(x, x) for x in (0.0, -0.0, smallest, -smallest, 3 * smallest)]
    x, expected = np.array(table, precision).T.copy()
    y = compiled(function, x)
    np.testing.assert_array_equal(y, expected)
    number = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(y[number]), np.signbit(expected[number]))


@pytest.mark.parametrize(
    "function", [maths.exp, maths.sigmoid, maths.softplus], ids=lambda f: f.__name__
)
def test_float32_underflow_is_gradual(function):
    x = np.arange(-104, -87, 0.125, dtype=np.float32)
    y = compiled(function, x)
    steps = np.exp(x.astype(np.float64)) / 2.0**-149
    assert abs(y / 2.0**-149 - steps).max() <= bound(function, np.float32)


def floats(precision):
    return st.floats(width=np.finfo(precision).bits, allow_nan=False)


@pytest.mark.parametrize("function", [maths.tanh, maths.erf], ids=lambda f: f.__name__)
@each_precision
def test_odd_functions_are_odd(function, precision):
    @settings(max_examples=200, deadline=None)
    @given(floats(precision))
    def check(x):
        pair = np.array([x, -x], precision)
        y = compiled(function, pair)
        assert bits(y[:1]) == bits(-y[1:])

    check()


@each_precision
def test_cos_pi_is_odd_about_one_half(precision):
    x = np.arange(2049, dtype=precision) / precision(2048)
    y = compiled(maths.cos_pi, x)
    np.testing.assert_array_equal(y, -y[::-1])
    assert abs(y).max() == 1


# Machine code


@each_precision
@each_function
def test_vector_and_scalar_code_agree(function, precision):
    x = np.random.default_rng(1).normal(size=40).astype(precision) * precision(3)
    x = abs(x) / 16 if function is maths.cos_pi else x
    alone = np.concatenate([compiled(function, x[i : i + 1]) for i in range(x.size)])
    for n in range(1, x.size + 1):
        np.testing.assert_array_equal(bits(compiled(function, x[:n])), bits(alone[:n]))


@pytest.mark.skipif(platform.machine() != "x86_64", reason="reads x86-64 assembly")
@each_precision
@each_function
def test_loop_is_vectorized(function, precision):
    run = loop(function)
    run(np.ones(1, precision), np.ones(1, precision))
    (signature,) = (s for s in run.signatures if s[0].dtype.name == precision.__name__)
    assembly = run.inspect_asm(signature)
    body = re.search(r"^_ZN(?!7cpython)\w+:$(.*?)^\.Lfunc_end", assembly, re.MULTILINE | re.DOTALL)
    mnemonics = re.findall(r"^\t([a-z]\w*)", body[1], re.MULTILINE)
    assert not [m for m in mnemonics if m.startswith("call")]
    single = [m for m in mnemonics if re.fullmatch(r"v?(mul|fn?madd\w+)ps", m)]
    double = [m for m in mnemonics if re.fullmatch(r"v?(mul|fn?madd\w+)pd", m)]
    assert single if precision is np.float32 else double
    if precision is np.float32:
        arithmetic = r"v?(add|sub|mul|div|sqrt|max|min|fn?m|cmp|u?comi|cvt|rndscale|round)\w*[sp]d"
        assert not [m for m in mnemonics if re.fullmatch(arithmetic, m)]


# The interpreter


@each_precision
@each_function
def test_interpreter_agrees(function, precision):
    """Two roundings in `fma` cost at most one ulp more here; no warning on numbers in range."""
    x = np.array([0.0, 2.0**-60, 1e-5, 0.01, 0.2, 0.3, 0.45, 0.6, 0.75, 0.99, 1.0], precision)
    if function is not maths.cos_pi:
        x = np.append(x, np.array([1.3, 2.5, 7.0, 33.0, 80.0, INF, NAN], precision))
    if function not in (maths.log, maths.log1p, maths.cos_pi):
        x = np.append(x, -x)
    x = x[1:] if function is maths.log else x
    x = x[x != INF] if function is maths.expm1 else x  # overflow is worth a warning
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = [function(a) for a in x]
    assert {type(a) for a in y} == {precision}
    y, expected = np.array(y), compiled(function, x)
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(y[~finite], expected[~finite])
    y, expected = y[finite], expected[finite]
    assert (abs(y - expected) <= np.spacing(abs(expected))).all()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("x", [-1.0, -np.inf, -0.0, 0.0, 2.0, 5e-324, np.inf, np.nan])
def test_the_square_root_of_the_interpreter_is_that_of_numpy(kind, x):
    with np.errstate(invalid="ignore", under="ignore"):
        ours, expected = primitives.sqrt(kind(x)), np.sqrt(kind(x))
    assert type(ours) is kind
    np.testing.assert_array_equal(ours, expected)
    assert np.signbit(ours) == np.signbit(expected) or np.isnan(ours)
