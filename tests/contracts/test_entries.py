"""Every entry keeps its contract: documented, typed, vectorized, and what its `spec` says."""

import inspect
import platform
import re
from functools import cache

import mpmath
import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit, types

from fastdense import Dense, Network, catalogue
from fastdense.catalogue import Choice
from fastdense.entry import ROOM
from fastdense.kernels.compile import primitives  # noqa: F401  (gives maths to the compiler)
from fastdense.kernels.compile.pipeline import optimized_module
from fastdense.kernels.layout import POWERS
from fastdense.kernels.linalg.gemm import FLOATS
from fastdense.kernels.registry import define
from fastdense.numerics import streams

ALL = [(kind, name) for kind in catalogue.CONTRACTS for name in catalogue.names(kind)]
ELEMENTWISE = [n for n in strategies.LOSSES if not catalogue.get("losses", n).coupled]
COUPLED = [n for n in strategies.LOSSES if catalogue.get("losses", n).coupled]
DTYPES = ["float32", "float64"]
every = pytest.mark.parametrize


@cache
def compiled(function, arguments):
    dispatcher = njit(function, error_model="numpy")
    dispatcher.compile(arguments)
    return dispatcher


def returned(function, *arguments):
    return compiled(function, arguments).overloads[arguments].signature.return_type


def hyper_of(entry, dtype):
    return tuple(np.dtype(dtype).type(v) for v in entry.hyper.values())


def tuple_of(kind, count):
    return types.UniTuple(kind, count)


# What every entry says of itself.


@every(("kind", "name"), ALL)
def test_an_entry_is_documented_and_complete(kind, name):
    entry = catalogue.get(kind, name)
    assert entry.name == name == name.lower()
    assert 5 <= len(entry.summary) <= 100
    assert len(entry.source) > 10
    assert Choice.of(kind, name).name == name
    assert Choice.of(kind, Choice.of(kind, name).to_dict()) == Choice.of(kind, name)
    formula = next(f for f in vars(entry).values() if callable(f))
    source = inspect.getsource(inspect.getmodule(formula))
    assert "numba" not in source and "kernels" not in source


@every(("kind", "name"), ALL)
def test_defaults_are_inside_their_ranges(kind, name):
    entry = catalogue.get(kind, name)
    assert set(entry.ranges) <= set(entry.hyper)
    for key, (low, high) in entry.ranges.items():
        assert low <= entry.hyper[key] < high, key
    if kind == "optimizers":
        assert 0 < entry.rate <= 1
        assert all(s in entry.hyper for s in entry.slots if isinstance(s, str))


# Types: no formula turns float32 into float64.


@every("dtype", DTYPES)
@every("name", strategies.ACTIVATIONS)
def test_activations_keep_the_type(name, dtype):
    entry, kind = catalogue.get("activations", name), FLOATS[dtype]
    assert returned(entry.value, kind) == kind
    assert returned(entry.slope, kind, kind) == kind


@every("dtype", DTYPES)
@every("name", ELEMENTWISE)
def test_losses_keep_the_type(name, dtype):
    entry, kind = catalogue.get("losses", name), FLOATS[dtype]
    hyper = tuple_of(kind, max(1, len(entry.hyper)))
    assert returned(entry.value, kind, kind, hyper) == kind
    assert returned(entry.slope, kind, kind, hyper) == kind


@every("dtype", DTYPES)
@every("name", strategies.OPTIMIZERS)
def test_optimizers_keep_the_type(name, dtype):
    entry, kind = catalogue.get("optimizers", name), FLOATS[dtype]
    scalars = len(entry.advance(0.1, tuple(entry.hyper.values()), [1.0] * POWERS))
    state = [kind] * len(entry.slots)
    result = returned(entry.step, kind, kind, *state, tuple_of(kind, scalars))
    assert tuple(result) == (kind,) * (1 + len(state))
    powers = types.Array(types.float64, 1, "C")
    hyper = tuple_of(types.float64, max(1, len(entry.hyper)))
    assert set(returned(entry.advance, types.float64, hyper, powers)) == {types.float64}


COUPLED_ACTIVATIONS = [
    n for n in catalogue.names("activations") if catalogue.get("activations", n).coupled
]

# Machine code: the loops of float32 kernels are vectors of float32 and call nothing.

JUMP = re.compile(r"^\s+j\w+\s+(\.\w+)")
DOUBLE = re.compile(r"\s+v?(?:add|sub|mul|div|sqrt|min|max|f?n?m(?:add|sub)\d+|cvt\w+)[ps]d\b")
CALLED = re.compile(r"\s+(?:call\w*|movabsq)\s+\$?([A-Za-z_]\w*)")
PACKED = re.compile(r"\s+v\w+ps\s.*%[yz]mm|\s+\w+ps\s.*%xmm")


def loops(assembly):
    """Instructions between each label and the last jump back to it."""
    lines, labels, spans = assembly.splitlines(), {}, {}
    for i, line in enumerate(lines):
        if line.startswith(".") and line.rstrip().endswith(":"):
            labels[line.strip().rstrip(":")] = i
        elif (jump := JUMP.match(line)) and jump[1] in labels:
            spans[jump[1]] = (labels[jump[1]], i)
    return ["\n".join(lines[first : last + 1]) for first, last in spans.values()]


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="reads the mnemonics of x86"
)
@every(
    ("role", "name"),
    [("activation", n) for n in strategies.ACTIVATIONS]
    + [("value", n) for n in strategies.ACTIVATIONS if n != "identity"]  # which does nothing
    + [(role, n) for role in ("optimizer", "online") for n in strategies.OPTIMIZERS],
)
def test_float32_kernels_are_vectorized(role, name):
    module, machine = optimized_module(*define(role, name, "float32"), "kernel", noalias=True)
    found = loops(machine.emit_assembly(module))
    assert found
    for loop in found:
        assert not DOUBLE.search(loop), loop
        assert "call" not in loop, loop
    assert any(PACKED.search(loop) for loop in found)


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="reads the mnemonics of x86"
)
@every(
    ("role", "name"),
    [("loss", n) for n in catalogue.names("losses")]
    + [(role, n) for role in ("coupled_forward", "coupled_backward") for n in COUPLED_ACTIVATIONS],
)
def test_formulas_of_a_sample_are_vectorized_over_samples(role, name):
    """Sums of losses are float64; rows may be copied and cleared by the C library."""
    module, machine = optimized_module(*define(role, name, "float32"), "kernel", noalias=True)
    found = loops(machine.emit_assembly(module))
    assert sum(bool(PACKED.search(loop)) for loop in found) > len(found) / 2
    for loop in found:
        assert {*CALLED.findall(loop)} <= {"memcpy", "memset"}, loop


# Formulas: `spec` is an independent statement of the same function.

SPECIAL = np.array([0, 1e-300, 1e-40, 1e-20, 1e-8, 1e-4, 0.5, 1, 5, 20, 88, 100, 700, 1e4, 1e30])
POINTS = np.concatenate([SPECIAL, -SPECIAL, 4 * strategies.numbers(3, 400), [1e300, -1e300]])
TOLERANCE = {"float32": {"rtol": 1e-5, "atol": 1e-6}, "float64": {"rtol": 1e-12, "atol": 1e-14}}


@every("dtype", DTYPES)
@every("name", strategies.ACTIVATIONS)
def test_activation_is_its_spec(name, dtype):
    entry, kind = catalogue.get("activations", name), FLOATS[dtype]
    with np.errstate(all="ignore"):
        z = POINTS.astype(dtype)
        z = z[np.isfinite(z)]
        values, slopes = (v.astype(dtype) for v in entry.spec(z.astype(float), np.ones(len(z))))
    value, slope = compiled(entry.value, (kind,)), compiled(entry.slope, (kind, kind))
    T = np.dtype(dtype).type
    ours = [value(T(x)) for x in z]
    np.testing.assert_allclose(ours, values, **TOLERANCE[dtype])
    derivative = [slope(T(x), T(a)) for x, a in zip(z, ours, strict=True)]
    np.testing.assert_allclose(derivative, slopes, **TOLERANCE[dtype])


@every("dtype", DTYPES)
@every("name", strategies.ACTIVATIONS)
def test_activation_passes_nan_on(name, dtype):
    value = compiled(catalogue.get("activations", name).value, (FLOATS[dtype],))
    assert np.isnan(value(np.dtype(dtype).type(np.nan)))


@every("name", COUPLED_ACTIVATIONS)
@given(st.integers(1, 9), st.integers(1, 7), st.integers(0, 99), st.sampled_from([0.1, 3, 500]))
def test_coupled_activation_is_its_spec(name, outputs, samples, seed, scale):
    entry = catalogue.get("activations", name)
    z, da = (scale * strategies.numbers([seed, i], samples, outputs) for i in (0, 1))
    values, gradient = entry.spec(z, da)
    a, dz = np.empty((2, outputs, samples))
    room = np.full((ROOM, samples), np.nan)
    entry.forward(z.T, a, samples, room)
    entry.backward(a, da.T, dz, samples, room)
    np.testing.assert_allclose(a.T, values, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(dz.T, gradient, rtol=1e-10, atol=1e-12 * scale)
    in_place = da.T.copy()  # as the engine calls it
    entry.backward(a, in_place, in_place, samples, room)
    assert in_place.tobytes() == dz.tobytes()


def cases_of(entry, hyper):
    """Predictions and targets (n,) at the corners of a loss and at random."""
    clip = hyper.get("clip", 0.0)
    noise = strategies.numbers(5, 300)
    if entry.predictions == "probability":
        p = [0.0, clip, 1e-3, 0.5, 1 - clip, 1.0, *1 / (1 + np.exp(-3 * noise))]
    elif entry.predictions == "positive":
        p = [0.0, 1e-300, 1e-8, 1.0, 40.0, 1e4, *np.exp(3 * noise)]
    else:
        p = [0.0, -0.0, 1e-8, 1.0, -1.0, 40.0, -40.0, 1e4, -1e4, *3 * noise]
        p += [hyper.get("epsilon", 0.0)]
    targets = {
        "real": [0.0, 1.0, -2.5, 1e3],
        "nonnegative": [0.0, 1.0, 0.3, 1e3],
        "unit": [0.0, 1.0, 0.25],
        "sign": [-1.0, 0.0, 1.0],
    }[entry.targets]
    return (v.ravel() for v in np.meshgrid(p, targets))


@every("changed", [False, True])
@every("name", ELEMENTWISE)
def test_elementwise_loss_is_its_spec(name, changed):
    entry = catalogue.get("losses", name)
    others = {"clip": 1e-3, "delta": 0.7, "epsilon": 1e-3, "label_smoothing": 0.2}
    hyper = {k: others[k] if changed else v for k, v in entry.hyper.items()}
    p, y = cases_of(entry, hyper)
    with np.errstate(all="ignore"):
        losses, gradient = entry.spec(p[:, None], y[:, None], hyper)
        numbers = tuple(np.float64(v) for v in hyper.values())
        pairs = list(zip(p, y, strict=True))
        ours = [entry.value(a, b, numbers) for a, b in pairs]
        slopes = [entry.slope(a, b, numbers) for a, b in pairs]
    np.testing.assert_allclose(ours, losses, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(slopes, gradient[:, 0], rtol=1e-12, atol=1e-14)


@every("dtype", DTYPES)
@given(st.floats(-15, 4), st.booleans())
def test_log_cosh_loses_nothing_to_cancellation(dtype, exponent, negative):
    T = np.dtype(dtype).type
    x = T(-(10.0**exponent) if negative else 10.0**exponent)
    loss, tolerance = catalogue.get("losses", "log_cosh").value, 8 * float(np.finfo(T).eps)
    with mpmath.workdps(50):
        exact = mpmath.log(mpmath.cosh(float(x)))
    assert float(loss(x, T(0), ())) == pytest.approx(float(exact), rel=tolerance, abs=0)


@every("name", COUPLED)
@given(st.integers(2, 9), st.integers(1, 9), st.integers(0, 99), st.sampled_from([0.1, 3, 100]))
def test_coupled_loss_is_its_spec(name, outputs, samples, seed, scale):
    entry = catalogue.get("losses", name)
    p = scale * strategies.numbers([seed, 0], samples, outputs)
    if entry.predictions == "distribution":
        p = np.exp(p - p.max(axis=1, keepdims=True))
    y = strategies.targets_for("softmax_cross_entropy", seed, samples, outputs)
    loss, gradient = entry.spec(p, y, entry.hyper)
    ours, slope = np.empty(samples), np.empty((outputs, samples))
    room = np.full((ROOM, samples), np.nan)
    entry.columns(p.T, y.T, ours, slope, hyper_of(entry, "float64"), samples, room)
    np.testing.assert_allclose(ours, loss, rtol=1e-11, atol=1e-12)
    largest = max(1.0, np.abs(gradient).max())
    np.testing.assert_allclose(slope.T, gradient, rtol=1e-11, atol=1e-12 * largest)


@every("name", strategies.LOSSES)
@given(st.integers(1, 30), st.integers(0, 999))
def test_constant_is_the_least_that_one_prediction_reaches(name, samples, seed):
    entry = catalogue.get("losses", name)
    kind = "softmax_cross_entropy" if entry.targets == "label" else name  # one-hot rows
    y = strategies.targets_for(kind, seed, samples, 3)
    weights = strategies.numbers([seed, 2], samples) ** 2
    least = entry.constant(y, weights, entry.hyper)

    def loss(prediction):
        each, _ = entry.spec(np.tile(prediction, (samples, 1)), y, entry.hyper)
        return np.average(each, weights=weights)

    best = best_constant(entry, loss, y, np.average(y, axis=0, weights=weights))
    # The clips of the Keras losses are 1e-7 wide.
    assert loss(best) == pytest.approx(least, rel=1e-6, abs=1e-5)
    for step in 0.1 * strategies.numbers([seed, 3], 20, 3):
        assert loss(legal(entry.predictions, best + step)) >= least - 1e-5


def best_constant(entry, loss, y, mean):
    """The prediction (outputs,) at which the mean loss is least, found in another way."""
    if entry.targets in ("real", "nonnegative", "sign"):
        ends = {"sign": (-1, 1), "nonnegative": (0, y.max())}.get(entry.targets)
        ends = (
            (-20, 20)
            if entry.name in ("poisson_log", "poisson_deviance_log")
            else ends or (y.min(), y.max())
        )
        one = np.eye(len(mean))
        # Whatever the other outputs are, for the losses of all are added.
        return np.array([lowest(lambda v, o=o: loss(1 + v * o - o), ends) for o in one])
    clipped = np.clip(mean, 1e-12, 1 - 1e-12)
    if entry.predictions == "log-distribution":
        return np.log(clipped)
    if entry.predictions == "logit":
        return np.log(clipped / (1 - clipped) if entry.targets == "unit" else clipped)
    return mean


def legal(predictions, prediction):
    """The nearest prediction of a kind."""
    if predictions in ("probability", "distribution"):
        prediction = np.clip(prediction, 0.01, 0.99)
    if predictions == "positive":
        prediction = np.maximum(prediction, 0.0)
    if predictions == "distribution":
        prediction = prediction / prediction.sum()
    if predictions == "log-distribution":
        prediction = prediction - np.log(np.exp(prediction).sum())
    return prediction


def lowest(function, ends):
    """Where a convex function is least, by golden-section search."""
    low, high = ends
    for _ in range(80):
        first, second = low + 0.382 * (high - low), low + 0.618 * (high - low)
        low, high = (low, second) if function(first) < function(second) else (first, high)
    return 0.5 * (low + high)


@every("name", strategies.OPTIMIZERS)
@settings(max_examples=25)
@given(st.data())
def test_optimizer_is_its_spec(name, data):
    entry = catalogue.get("optimizers", name)
    hyper = Choice.of("optimizers", data.draw(strategies.choices("optimizers", name)))
    hyper = hyper.values
    numbers = tuple(np.float64(v) for v in hyper.values())
    slots = [np.float64(hyper[s] if isinstance(s, str) else s) for s in entry.slots]
    gradients = strategies.numbers(data.draw(st.integers(0, 99)), 12)
    p, q, powers, state = np.float64(0.7), np.array([0.7]), np.ones(POWERS), {}
    for t, g in enumerate(gradients, 1):
        rate = 0.1 / t  # schedules change it
        k = tuple(np.float64(v) for v in entry.advance(np.float64(rate), numbers, powers))
        p, *slots = entry.step(p, g, *slots, k)
        q = entry.spec(q, np.array([g]), state, rate, t, hyper)
        assert float(p) == pytest.approx(q[0], rel=1e-11, abs=1e-12)


@every("name", strategies.SCHEDULES)
@settings(max_examples=60)
@given(st.data())
def test_schedule_is_its_spec(name, data):
    entry = catalogue.get("schedules", name)
    hyper = Choice.of("schedules", data.draw(strategies.choices("schedules", name)))
    hyper = hyper.values
    epochs = data.draw(st.integers(1, 50))
    epoch = data.draw(st.floats(0, epochs))
    numbers = tuple(np.float64(v) for v in hyper.values())
    ours = entry.factor(np.float64(epoch), np.float64(epochs), numbers)
    assert float(ours) == pytest.approx(entry.spec(epoch, epochs, hyper), rel=1e-11, abs=1e-15)
    one = compiled(entry.factor, (types.float64, types.float64, tuple_of(types.float64, len(
        numbers) or 1)))  # fmt: skip
    assert one(epoch, float(epochs), numbers or (0.0,)) == pytest.approx(float(ours), rel=1e-12)


# Initializers: shape, mean and variance, and nothing but the uniform numbers.

FAN_IN, FAN_OUT = 300, 200
VARIANCES = {
    "normal": 0.05**2,
    "uniform": 0.1**2 / 12,
    "truncated_normal": 0.05**2 * 0.7737413,  # of a normal cut at two standard deviations
    "torch_linear": 1 / (3 * FAN_IN),
    "orthogonal": 1 / FAN_IN,
}
RANDOM = [n for n in catalogue.names("initializers") if catalogue.get("initializers", n).random]


def drawn_for(entry, seed, shape):
    """What an initializer is given to draw from."""
    return streams.numbers(entry.distribution, [seed], streams.INITIAL, 0, 0, shape)[0]


def promised_variance(entry):
    """What the summary says, as a formula, or the table above."""
    stated = re.search(r"variance ([^,]+)", entry.summary)
    if stated is None:
        return VARIANCES[entry.name]
    return eval(stated[1], {"fan_in": FAN_IN, "fan_out": FAN_OUT})


@every("name", RANDOM)
def test_initializer_has_its_mean_and_variance(name):
    entry = catalogue.get("initializers", name)
    numbers = drawn_for(entry, 1, (FAN_IN, FAN_OUT))
    before = numbers.tobytes()
    values = entry.draw(numbers, FAN_IN, FAN_OUT, entry.hyper)
    assert values.shape == (FAN_IN, FAN_OUT) and values.dtype == np.float64
    assert numbers.tobytes() == before
    assert entry.draw(numbers, FAN_IN, FAN_OUT, entry.hyper).tobytes() == values.tobytes()
    variance = promised_variance(entry)
    # Five standard errors; the kurtosis of a normal distribution is the largest here.
    assert abs(values.mean()) < 5 * np.sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / values.size))
    if "uniform" in entry.name:
        assert np.abs(values).max() <= np.sqrt(3 * variance) * (1 + 1e-12)
    if name == "truncated_normal":
        assert 0.099 < np.abs(values).max() <= 0.1 * (1 + 1e-12)


@every(
    ("name", "hyper", "mean"),
    [
        ("normal", {"mean": 3.0, "std": 0.5}, 3.0),
        ("truncated_normal", {"mean": 3.0, "std": 0.5}, 3.0),
        ("uniform", {"low": 1.0, "high": 4.0}, 2.5),
    ],
)
def test_initializer_follows_its_hyper_parameters(name, hyper, mean):
    entry = catalogue.get("initializers", name)
    values = entry.draw(drawn_for(entry, 2, (40_000,)), 1, 1, hyper)
    assert values.mean() == pytest.approx(mean, abs=0.03)


@every("name", RANDOM)
@given(st.integers(1, 12), st.integers(1, 12), st.lists(st.integers(0, 2**63 - 1), min_size=1))
def test_many_networks_begin_as_each_alone(name, fan_in, fan_out, seeds):
    network = Network(fan_in, [Dense(fan_out, weights=name), Dense(2)])
    for dtype in ("float32", "float64"):
        together = network.initialize_many(seeds, dtype)
        alone = [network.initialize(seed, dtype) for seed in seeds]
        assert together.tobytes() == np.array(alone).tobytes()


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_orthogonal_is_orthogonal(fan_in, fan_out, seed):
    entry = catalogue.get("initializers", "orthogonal")
    numbers = drawn_for(entry, seed, (fan_in, fan_out))
    w = entry.draw(numbers, fan_in, fan_out, {"gain": 2.0}) / 2
    small = w.T @ w if fan_in >= fan_out else w @ w.T
    np.testing.assert_allclose(small, np.eye(min(fan_in, fan_out)), atol=1e-14)


@every("shape", [(1, 1), (2, 2), (3, 2), (2, 3)])
def test_orthogonal_favors_no_direction(shape):
    entry = catalogue.get("initializers", "orthogonal")
    drawn = [entry.draw(drawn_for(entry, seed, shape), *shape, entry.hyper) for seed in range(2000)]
    error = np.sqrt(1 / max(shape) / len(drawn))
    assert np.abs(np.mean(drawn, axis=0)).max() < 5 * error
    squares = np.mean(np.square(drawn), axis=0)
    np.testing.assert_allclose(squares, 1 / max(shape), atol=5 * error)
    if shape == (2, 2):
        assert abs(np.linalg.det(drawn).mean()) < 5 / np.sqrt(len(drawn))


@every("name", RANDOM)
def test_initial_parameters_depend_on_seed_and_layer_only(name):
    bias = "zeros" if name == "orthogonal" else name
    network = Network.of(5, 5, 5, 5, weights=name, bias=bias)
    first, again, other = (network.initialize(s, "float64") for s in (3, 3, 4))
    assert first.tobytes() == again.tobytes() != other.tobytes()
    layers = [w.tobytes() for w, _ in network.split(first)]
    assert len(set(layers)) == 3
    deeper = Network.of(5, 5, 5, 5, 2, weights=name, bias=bias).initialize(3, "float64")
    assert deeper[:30].tobytes() == first[:30].tobytes()
    np.testing.assert_array_equal(network.initialize(3, "float32"), first.astype("float32"))


def test_explicit_and_constant_are_what_is_given():
    values = [[1.5, -2.0], [0.25, 4.0], [0.0, 1.0]]
    network = Network.of(
        3, 2, weights={"name": "explicit", "values": values}, bias={"name": "constant", "value": 7}
    )
    np.testing.assert_array_equal(network.initialize(9), [1.5, -2, 0.25, 4, 0, 1, 7, 7])
