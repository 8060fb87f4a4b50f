"""Outcomes at the boundaries of their definitions, just inside and just outside."""

import re

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import (
    Data,
    Dense,
    FastdenseError,
    Network,
    Recipe,
    Thresholds,
    catalogue,
    train,
    train_many,
)
from fastdense import baselines as module
from fastdense.baselines import Baselines, baselines
from fastdense.outcome import OUTCOMES, classify, classify_curve, classify_curves, names

UNIT = Baselines(constant=1.0, irreducible=0.0, rounding=0.0)
EPOCHS = 100  # so the tail is 5 epochs and the window 20


def curve(*tail, initial=1.0, level=0.5):
    """`initial`, then EPOCHS losses at `level` whose last ones are `tail`."""
    return np.array([initial, *[level] * (EPOCHS - len(tail)), *tail])


def above(x):
    return np.nextafter(x, np.inf)


def classified(loss, baselines=UNIT):
    return classify_curve(np.asarray(loss, float), baselines)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 50, EPOCHS])
def test_a_loss_that_is_not_finite_diverged(bad, place):
    loss = curve(level=0.0)
    loss[place] = bad
    assert classified(loss) == "diverged"


@given(
    st.lists(st.integers(0, 4000), min_size=12, max_size=60),
    st.integers(1, 4000),
    st.integers(1, 10_000),
)
def test_below_a_negative_floor_outcomes_are_those_of_what_is_above_it(levels, constant, depth):
    loss = np.sort(levels)[::-1] / 8.0  # exact, as are the differences
    loss[-1] = levels[-1] / 8.0
    here = classified(loss, Baselines(constant / 8.0, 0.0, 0.0))
    there = classified(loss - depth, Baselines(constant / 8.0 - depth, -float(depth), 0.0))
    assert here == there


@pytest.mark.parametrize(
    ("initial", "constant", "edge"), [(1.0, 0.5, 2.0), (0.25, 1.0, 2.0), (8.0, 1.0, 16.0)]
)
def test_diverged_above_twice_the_larger_of_start_and_constant(initial, constant, edge):
    scale = Baselines(constant, 0.0, 0.0)
    assert classified(curve(initial=initial, level=edge), scale) == "stalled"
    assert classified(curve(initial=initial, level=above(edge)), scale) == "diverged"


@pytest.mark.parametrize(
    ("baselines", "edge"),
    [
        (UNIT, 0.01),
        (Baselines(constant=3.0, irreducible=1.0, rounding=0.0), 1.02),
        (Baselines(constant=1.0, irreducible=0.0, rounding=0.125), 0.125),
        (Baselines(constant=0.0, irreducible=0.0, rounding=1e-9), 1e-9),
        (Baselines(constant=0.0, irreducible=0.0, rounding=0.0), 0.0),
    ],
)
def test_converged_up_to_a_share_of_the_gap(baselines, edge):
    inside = edge * (1 - 1e-12)
    outside = edge * (1 + 1e-12) + 1e-300
    assert classified(curve(level=inside), baselines) == "converged"
    assert classified(curve(level=outside), baselines) == "stalled"
    assert classified(curve(level=baselines.irreducible - 0.1), baselines) == "converged"


@given(share=st.floats(0.05, 0.9), baselines=st.sampled_from([UNIT, Baselines(3.0, 1.0, 0.0)]))
def test_a_loss_at_what_is_attainable_converged(share, baselines):
    gap = baselines.constant - baselines.irreducible
    flat = curve(level=baselines.irreducible + (share + 0.005) * gap, initial=baselines.constant)
    known = Thresholds(attainable=share)
    assert classify_curve(flat, baselines, known) == "converged"
    assert classify_curve(flat, baselines) == "stalled"
    higher = flat + 0.02 * gap
    assert classify_curve(higher, baselines, known) == "stalled"


def test_what_is_attainable_is_a_share():
    with pytest.raises(FastdenseError, match="outcome.attainable is 1"):
        Thresholds(attainable=1.0)


@pytest.mark.parametrize("rows", [8, 9, 10, 40, 41, 59, 100, 1000])
@pytest.mark.parametrize("fall", [1e-6, 1e-3, 0.3])
def test_a_loss_that_falls_straight_on_is_slow_however_slowly(rows, fall):
    straight = np.linspace(1.0, 1.0 - fall, rows + 1)
    assert classified(straight) == "slow"
    assert classified(straight[::-1]) in ("stalled", "oscillating")
    accelerating = 1.0 - fall * np.linspace(0.0, 1.0, rows + 1) ** 2
    assert classified(accelerating) == "slow"


@pytest.mark.parametrize("rows", [40, 200, 1000, 5000])
def test_a_loss_that_nears_an_asymptote_is_stalled_once_little_is_left(rows):
    """In time constants; 1% of what is above the floor is left after 4.6 of them."""
    t = np.linspace(0.0, 1.0, rows + 1)
    for constants, expected in ((0.01, "slow"), (1, "slow"), (4, "slow"), (5.5, "stalled")):
        assert classified(0.5 + 0.5 * np.exp(-constants * t)) == expected
    # A fast fall, then one by 1e-7 an epoch on and on.
    assert classified(0.25 + 0.75 * np.exp(-50 * t) - 1e-7 * np.arange(rows + 1)) == "stalled"
    # The slower of two falls is all that is left, and never comes to much.
    assert classified(0.5 + 0.4 * np.exp(-30 * t) + 1e-4 * np.exp(-t)) == "stalled"


@pytest.mark.parametrize("drop", [1, 2, 3])
def test_a_drop_that_has_just_begun_is_slow_and_one_that_is_over_is_not(drop):
    """Of eight parts of five epochs in a window of 40, the last ones."""
    noise = 1e-3 * np.random.default_rng(1).standard_normal(200)
    begun, over = np.full((2, 200), 0.5)
    for part in range(drop):
        begun[200 - 5 * (drop - part) :] -= 0.1
    over[160 + 5 * drop :] = 0.4
    assert classified([1.0, *(begun * (1 + noise))], Baselines(1.0, 0.0, 0.0)) == "slow"
    assert classified([1.0, *(over * (1 + noise))], Baselines(1.0, 0.0, 0.0)) == "stalled"


def plateaus(n, rows, correlation, rng):
    """Curves (n, rows + 1) of unit deviation about zero, each point like the one before it."""
    noise = rng.standard_normal((n, rows + 1))
    if correlation == 1:
        return np.cumsum(noise, axis=1) / np.sqrt(rows)
    for i in range(1, rows + 1):
        noise[:, i] *= np.sqrt(1 - correlation**2)
        noise[:, i] += correlation * noise[:, i - 1]
    return noise


@pytest.mark.parametrize("rows", [40, 100, 400])
@pytest.mark.parametrize("correlation", [0, 0.5, 0.9, 0.99, 1])
@pytest.mark.parametrize("size", [1e-3, 0.02])
def test_noise_is_rarely_called_a_fall(rows, correlation, size):
    loss = 1 + size * plateaus(2000, rows, correlation, np.random.default_rng(rows))
    loss[:, 0] = 2.0
    found = names(classify_curves(loss, Baselines(2.0, 0.0, 0.0)))
    assert (found == "slow").mean() < 0.065  # about 5%, and three standard errors


@pytest.mark.parametrize(("rows", "fall"), [(40, 20), (100, 16), (200, 12), (1000, 6)])
def test_a_straight_fall_beyond_its_scatter_is_slow(rows, fall):
    """`fall` is that of the window, in standard deviations of a point."""
    noise = plateaus(1000, rows, 0, np.random.default_rng(2))
    loss = 1 - 1e-4 * (5 * fall * np.linspace(0, 1, rows + 1) + noise)
    assert (names(classify_curves(loss, UNIT)) == "slow").mean() > 0.93


def test_oscillating_when_a_loss_rises_in_the_window_by_more_than_its_share():
    level = 0.5
    edge = level * 1.2
    for size, expected in ((edge * (1 - 1e-12), "stalled"), (edge * (1 + 1e-12), "oscillating")):
        # One spike inside the window, before the tail.
        assert classified(curve(*[level] * 10, size, *[level] * 9)) == expected
    # A spike before the window is none, and a fall from its first point is no rise.
    assert classified(curve(*[level] * 25, level=0.9)) == "stalled"
    assert classified(curve(5.0, *[level] * 20)) == "stalled"
    assert classified(curve(5.0, *[level] * 19)) == "stalled"
    assert classified(curve(level, 5.0, *[level] * 18)) == "oscillating"
    # A fall by half in the window has a wide range, and no rise.
    assert classified(np.linspace(1.0, 0.4, 101) ** 4) == "slow"
    assert classified(0.5 * np.geomspace(1e-3, 1, 101)) == "oscillating"  # it explodes


def test_the_definitions_apply_in_order():
    spikes = [0.5, 0.9] * 10
    assert classified(curve(*spikes)) == "oscillating"
    falling = np.linspace(10, 0.9, 101) * (1 + 0.4 * (np.arange(101) % 2))
    assert classified(falling, Baselines(10.0, 0.0, 0.0)) == "oscillating"  # falls too
    jumping = np.random.default_rng(0).uniform(8, 94, 101)
    jumping[-24:] = np.linspace(94, 8, 24) * np.tile([1.0, 0.5], 12)
    assert classified(jumping, Baselines(90.0, 0.0, 0.0)) == "oscillating"  # falls too
    assert classified(curve(*np.linspace(0.9, 0.0, 20), *[0.0] * 5)) == "converged"  # falls too
    degenerate = Baselines(constant=100.0, irreducible=0.0, rounding=1e9)
    assert classified(curve(level=201.0), degenerate) == "diverged"  # within rounding too


def test_the_final_loss_is_a_median():
    assert classified(curve(0.0, 0.0, 0.0, 9.0, 9.0, level=0.0)) == "converged"
    assert classified(curve(0.0, 0.0, 9.0, 9.0, 9.0, level=0.0)) == "diverged"


def test_short_curves():
    assert classified([1.0]) == "too_short"
    assert classified([0.0]) == "converged"
    assert classified([1.0, 0.5]) == "too_short"
    assert classified([1.0, 0.5, 0.005]) == "converged"
    assert classified([1.0, 2.5]) == "diverged"
    # The point before the first step is none of the eight.
    assert classified(np.linspace(1.0, 0.5, 8)) == "too_short"
    assert classified(np.linspace(1.0, 0.5, 9)) == "slow"
    assert classified([1.0] * 8) == "too_short"
    assert classified([1.0] * 9) == "stalled"
    assert classified([1.0, 8.0, 1.0, 8.0] * 2, Baselines(9.0, 0.0, 0.0)) == "too_short"
    assert classified([1.0, *[8.0, 1.0] * 4], Baselines(9.0, 0.0, 0.0)) == "oscillating"


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=60),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
    st.floats(1e-3, 1e3),
)
def test_every_curve_has_an_outcome_that_no_scale_changes(loss, constant, floor, scale):
    scale = 2.0 ** round(np.log2(scale))  # exact
    loss = np.array(loss)
    ours = classified(loss, Baselines(constant + floor, floor, 1e-6))
    assert ours in OUTCOMES
    if loss[loss > 0].min(initial=1) > 1e-290:
        scaled = Baselines(scale * (constant + floor), scale * floor, scale * 1e-6)
        assert classified(scale * loss, scaled) == ours


def test_thresholds_are_arguments():
    noise = 0.01 * np.random.default_rng(0).standard_normal(101)
    loss = np.linspace(1.0, 0.5, 101) + noise
    assert classify_curve(loss, UNIT) == "slow"
    assert classify_curve(loss, UNIT, Thresholds(trend=20)) == "stalled"
    assert classify_curve(loss, UNIT, Thresholds(promise=20)) == "stalled"
    assert classify_curve(loss, UNIT, Thresholds(swing=1e-3)) == "oscillating"
    assert classify_curve(loss, UNIT, Thresholds(converged=0.6)) == "converged"
    assert classify_curve(loss, UNIT, Thresholds(diverged=0.4)) == "diverged"
    ended = curve(*[0.5] * 30, level=0.9)
    assert classify_curve(ended, UNIT) == "stalled"
    assert classify_curve(ended, UNIT, Thresholds(tail=0.8, converged=0.6)) == "stalled"
    assert classify_curve(ended, UNIT, Thresholds(converged=0.6)) == "converged"
    spike = curve(0.9, *[0.5] * 30)
    assert classify_curve(spike, UNIT, Thresholds(window=0.4)) == "oscillating"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_frozen_is_a_matter_of_bits(dtype):
    start, nan = [0.0, 1.0], np.nan
    next_to_one = float(np.nextafter(np.array(1, dtype), np.array(2, dtype)))
    runs = [
        (start, start, [0.0, 0.0], "frozen"),
        (start, start, [nan, nan], "diverged"),  # ended before its first step
        (start, start, [0.0, nan], "frozen"),
        (start, [-0.0, 1.0], [0.0, 0.0], "converged"),
        (start, [0.0, next_to_one], [1.0, 1.0], "too_short"),
        (start, [nan, 1.0], [0.0, 0.0], "diverged"),
    ]
    before, after, loss, expected = zip(*runs, strict=True)
    found = classify(np.array(before, dtype), np.array(after, dtype), np.array(loss), UNIT)
    assert names(found).tolist() == list(expected)


def defined(loss, baselines, numbers):
    """The definitions, one after the other, for one curve."""
    if not np.isfinite(loss).all():
        return "diverged"
    initial, trained = loss[0], loss[1:] if len(loss) > 1 else loss
    tail = max(1, round(numbers.tail * len(trained)))
    final = np.median(trained[-tail:])
    if final > numbers.diverged * max(initial, baselines.constant):
        return "diverged"
    share = numbers.converged * (baselines.constant - baselines.irreducible)
    if final - baselines.irreducible <= max(share, baselines.rounding):
        return "converged"
    if len(trained) < 8:
        return "too_short"
    window = trained[-max(8, round(numbers.window * len(trained))) :]
    lowest, rise = np.inf, 0.0
    for value in window:
        lowest = min(lowest, value)
        rise = max(rise, value - lowest)
    if rise > numbers.swing * abs(np.median(window)):
        return "oscillating"
    size = len(window) // 8
    apart = (len(window) - size) / 7
    parts = [np.median(window[round(i * apart) : round(i * apart) + size]) for i in range(8)]
    falls = -np.diff(parts)
    time = np.arange(-3, 4)
    braking, trend = -np.polyfit(time, falls, 1)[0], falls.mean()
    scatter = np.sqrt(((falls - trend + braking * time) ** 2).sum() / 5)
    promise = trend * len(trained) / apart
    if braking > numbers.trend * scatter / np.sqrt(28):
        earlier, later = parts[1] - parts[4], max(parts[4] - parts[7], 0)
        if earlier > later:
            promise = min(promise, later**2 / (earlier - later))
    gap, fallen = final - baselines.irreducible, loss.max() - final
    if trend > numbers.trend * scatter / np.sqrt(7) and promise > numbers.promise * min(
        gap, fallen
    ):
        return "slow"
    dropping = falls[-1] > 2 * numbers.trend * np.median(np.abs(falls))
    return "slow" if dropping and promise > numbers.promise * gap else "stalled"


@st.composite
def some_curves(draw):
    """Loss curves (n, rows) near the edges of the definitions; some end early, and go on as NaN."""
    n, rows = draw(st.integers(1, 20)), draw(st.integers(1, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    level = rng.choice([0.0, 0.005, 0.011, 0.5, 3.0], (n, 1))
    fall = rng.choice([0.0, 0.04, 2.0], (n, 1)) * np.linspace(1.0, 0.0, rows)
    noise = rng.choice([0.0, 0.05, 0.5], (n, 1)) * rng.random((n, rows))
    loss = level * (1 + fall + noise)
    for row in np.flatnonzero(rng.random(n) < 0.2):
        end = rng.integers(rows)
        loss[row, end] = rng.choice([np.nan, np.inf])
        loss[row, end + 1 :] = np.nan
    return loss


@given(
    some_curves(),
    st.sampled_from([UNIT, Baselines(1.0, 0.4, 0.01), Baselines(0.0, 0.0, 0.0)]),
    st.builds(
        Thresholds,
        tail=st.floats(0, 0.9),
        window=st.floats(0, 0.9),
        converged=st.floats(0, 1),
        swing=st.floats(0, 1),
        trend=st.floats(0.1, 5),
        promise=st.floats(0, 1),
        diverged=st.floats(0, 4),
    )
    | st.just(Thresholds()),
)
def test_many_curves_are_classified_as_each_is_by_the_definitions(loss, baselines, thresholds):
    found = names(classify_curves(loss, baselines, thresholds)).tolist()
    assert found == [defined(row, baselines, thresholds) for row in loss]
    ended = [row[: np.argmin([*np.isfinite(row), False]) + 1] for row in loss]
    assert found == [classify_curve(row, baselines, thresholds) for row in ended]


# What a curve is measured against.


def test_floors_of_equal_inputs_with_different_targets():
    data = Data([[0.0], [0.0], [1.0], [2.0]], [[0.0], [1.0], [5.0], [6.0]])
    ours = baselines(data, Recipe(dtype="float64"))
    assert ours.irreducible == pytest.approx((0.25 + 0.25) / 4)
    assert ours.constant == pytest.approx(np.var([0, 1, 5, 6]))
    assert 0 < ours.rounding < 1e-27
    assert 1e-14 < baselines(data, Recipe()).rounding < 1e-9
    weighted = Data(data.inputs, data.targets, [3.0, 1.0, 1.0, 1.0])
    assert baselines(weighted, Recipe()).irreducible == pytest.approx(4 * (3 / 16) / 4)


LOOKS = {
    "rows": lambda array: array,
    "float32": lambda array: array.astype(np.float32),
    "columns": np.asfortranarray,
    "every other": lambda array: array[::2],
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("weighted", [False, True])
def test_baselines_are_those_of_what_the_arrays_hold_when_they_are_asked_for(look, weighted):
    given = strategies.numbers(0, 20, 2).round(), strategies.numbers(1, 20, 2)
    arrays = [LOOKS[look](array) for array in given]
    if weighted:
        arrays.append(np.arange(1.0, len(arrays[0]) + 1))
    data, recipe = Data(*arrays), Recipe()

    def found():
        ours = baselines(data, recipe)
        assert ours == module._of_arrays(recipe.loss, "float32", None, *arrays)
        return ours

    first = found()
    for array in arrays:
        kept = array[3].copy()
        array[3] = array[4]
        assert found() != first
        array[3] = kept
        assert found() == first


@given(st.sampled_from(strategies.LOSSES), st.integers(1, 40), st.integers(0, 99), st.booleans())
def test_no_training_falls_below_its_floor(loss, rows, seed, weighted):
    entry = catalogue.get("losses", loss)
    inputs = np.round(strategies.numbers([seed, 0], rows, 1))  # many equal rows
    targets = strategies.targets_for(loss, seed, rows, 3)
    weights = strategies.numbers([seed, 2], rows) ** 2 if weighted else None
    output = strategies.OUTPUTS.get(entry.predictions, "identity")
    network = Network(1, [Dense(8, "tanh"), Dense(3, output)])
    recipe = Recipe(
        loss=loss,
        optimizer="adam",
        learning_rate=0.05,
        batch_size="full",
        epochs=40,
        dtype="float64",
    )
    data = Data(inputs, targets, weights)
    run = train(network, recipe, data)
    ours = baselines(data, recipe)
    assert run.outcome in OUTCOMES
    assert entry.targets == "nonnegative" or ours.irreducible >= -1e-12
    assert ours.irreducible <= ours.constant + 1e-9 * abs(ours.constant) + 1e-12
    assert run.loss.min() >= ours.irreducible - 1e-6 * abs(ours.irreducible) - 1e-6


def trained(rate=0.1, weights="glorot_uniform", activation="tanh", epochs=300, **changes):
    x = np.linspace(-1, 1, 32)
    network = Network.of(1, 8, 1, activation=activation, weights=weights)
    recipe = Recipe(optimizer="adam", learning_rate=rate, epochs=epochs, seed=1, **changes)
    return train(network, recipe, (x, np.sin(3 * x)))


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("converged", {"rate": 0.02}),
        ("slow", {"rate": 5e-3, "epochs": 100}),
        ("stalled", {"weights": "zeros"}),
        ("frozen", {"rate": 0.0}),
        ("diverged", {"rate": 1e12, "activation": "identity"}),
    ],
)
def test_outcomes_of_trainings(expected, options):
    assert trained(**options).outcome == expected


def test_thresholds_of_trainings():
    x = np.linspace(-1, 1, 32)
    network, recipe = Network.of(1, 8, 1), Recipe(epochs=20, seed=1)
    data = Data(x, np.sin(3 * x))
    for thresholds, expected in (
        (Thresholds(), "slow"),
        (Thresholds(promise=100.0, swing=10.0), "stalled"),
        (Thresholds(converged=10.0), "converged"),
        (Thresholds(diverged=0.0), "diverged"),
    ):
        assert train(network, recipe, data, thresholds=thresholds).outcome == expected
        runs = train_many(network, recipe, data, seeds=[1, 1, 1], thresholds=thresholds)
        assert runs.outcome.tolist() == [expected] * 3
        assert runs[2].outcome == expected and runs[2].thresholds == thresholds


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: {"tail": 0.1}, "thresholds is {'tail': 0.1}; give fastdense.Thresholds"),
        (lambda: None, "thresholds is None; give fastdense.Thresholds"),
        (lambda: Thresholds(tail=1.0), "outcome.tail is 1.0; expected 0 <= outcome.tail < 1"),
        (lambda: Thresholds(trend=float("nan")), "outcome.trend is nan"),
        (lambda: Thresholds(swing="wide"), "outcome.swing is 'wide'; expected a number"),
    ],
)
@pytest.mark.parametrize("training", [train, train_many])
def test_what_are_no_thresholds(training, make, message):
    with pytest.raises(FastdenseError, match=re.escape(message)):
        training(Network.of(1, 1), Recipe(epochs=1), ([1.0], [1.0]), thresholds=make())


SOFT = np.array([[0.2], [0.8], [0.5]])
PERFECT = {  # targets and predictions that nothing can better
    "mse": (SOFT, SOFT),
    "mae": (SOFT, SOFT),
    "mape": (SOFT, SOFT),
    "msle": (SOFT, SOFT),
    "huber": (SOFT, SOFT),
    "log_cosh": (SOFT, SOFT),
    "poisson": (SOFT, SOFT - 1e-7),
    "poisson_log": (SOFT, np.log(SOFT)),
    "poisson_deviance_log": (SOFT, np.log(SOFT)),
    "half_squared_error": (SOFT, SOFT),
    "hinge": (np.sign(SOFT - 0.3), np.sign(SOFT - 0.3)),
    "squared_hinge": (np.sign(SOFT - 0.3), np.sign(SOFT - 0.3)),
    "kl_divergence": (np.hstack([SOFT, 1 - SOFT]), np.hstack([SOFT, 1 - SOFT])),
    "kl_divergence_log": (np.hstack([SOFT, 1 - SOFT]), np.log(np.hstack([SOFT, 1 - SOFT]))),
    "nll": (np.array([[0.0], [1], [1]]), 60 * np.eye(2)[[0, 1, 1]] - 60),
    "binary_crossentropy": (SOFT, SOFT),
    "binary_crossentropy_logits": (SOFT, np.log(SOFT / (1 - SOFT))),
    "categorical_crossentropy": (np.hstack([SOFT, 1 - SOFT]), np.hstack([SOFT, 1 - SOFT])),
    "softmax_cross_entropy": (np.hstack([SOFT, 1 - SOFT]), np.log(np.hstack([SOFT, 1 - SOFT]))),
    "sparse_categorical_crossentropy": (np.array([[0.0], [1], [1]]), np.eye(2)[[0, 1, 1]]),
    "sparse_softmax_cross_entropy": (np.array([[0.0], [1], [1]]), 60 * np.eye(2)[[0, 1, 1]]),
}


@pytest.mark.parametrize("loss", catalogue.names("losses"))
def test_the_floor_is_the_loss_of_perfect_predictions(loss):
    """Cross-entropy with soft targets, or clipped, is above zero where nothing is left to learn."""
    targets, predictions = PERFECT[loss.removesuffix("_clipped").removesuffix("_bounded")]
    entry = catalogue.get("losses", loss)
    for hyper in ({}, {"clip": 0.1}) if "clip" in entry.hyper else ({},):
        recipe = Recipe(loss={"name": loss, **hyper}, dtype="float64")
        found = baselines(Data([1.0, 2.0, 3.0], targets), recipe)
        y = np.eye(2)[targets[:, 0].astype(int)] if entry.targets == "label" else targets
        perfect = entry.spec(predictions, y, recipe.loss.values)[0].mean()
        if loss == "binary_crossentropy_logits" and hyper:
            assert found.irreducible <= perfect  # where the clip is cheap, a class is best ignored
            continue
        assert found.irreducible == pytest.approx(perfect, abs=1e-12)
        assert classify_curve(np.array([perfect + 1.0, perfect]), found) == "converged"


def test_floors_are_those_of_a_loss_weights_and_a_dtype():
    data = Data([0.0, 1.0, 2.0], [0, 1, 1])
    recipes = [
        Recipe(),
        Recipe(loss="mae"),
        Recipe(loss={"name": "huber", "delta": 2.0}),
        Recipe(dtype="float64"),
        Recipe(loss="sparse_softmax_cross_entropy"),
        Recipe(loss="sparse_softmax_cross_entropy", class_weights=[1.0, 2.0]),
    ]
    found = [baselines(data, recipe) for recipe in recipes]
    assert len(set(found)) == len(found)
    others = [recipe.replace(epochs=3, learning_rate=1.0, seed=5) for recipe in recipes]
    assert [baselines(data, recipe) for recipe in others] == found


def test_inputs_that_the_dtype_cannot_tell_apart_are_equal():
    data = Data([1.0, 1.0 + 1e-9, 2.0], [0.0, 1.0, 0.0])
    assert baselines(data, Recipe(dtype="float64")).irreducible == 0
    assert baselines(data, Recipe(dtype="float32")).irreducible == pytest.approx(1 / 6)


def test_a_loss_that_is_not_finite_at_the_start_is_divergence():
    run = train(
        Network.of(1, 1),
        Recipe(batch_size="full", epochs=3),
        ([1e30, 1.0], [1.0, 0.0]),
        parameters=[1e9, 0.0],
    )
    assert not np.isfinite(run.initial_loss) and run.outcome == "diverged"


def test_the_outcome_does_not_change_with_the_array_that_was_given():
    start = np.zeros(2, np.float32)
    run = train(Network.of(1, 1), Recipe(epochs=3), ([1.0, 2.0], [1.0, 2.0]), parameters=start)
    start[:] = run.parameters
    assert run.outcome != "frozen"


def test_a_run_that_was_never_evaluated_has_a_running_loss_and_no_outcome():
    data = strategies.numbers(0, 20, 3), strategies.numbers(1, 20, 1)
    network, recipe = Network.of(3, 4, 1), Recipe(epochs=3)
    evaluated = train(network, recipe, data)
    run = train(network, recipe, data, evaluate_every=0)
    assert run.parameters.tobytes() == evaluated.parameters.tobytes()
    assert run.epochs.tolist() == [3] and run.running_loss == evaluated.running_loss[-1:]
    assert run.loss is None and run.test_loss is None and run.accuracy is None
    for name in ("initial_loss", "final_loss", "outcome"):
        with pytest.raises(FastdenseError, match="never evaluated"):
            getattr(run, name)
