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
from fastdense.floors import Floors, floors
from fastdense.outcome import OUTCOMES, classify, classify_curve, classify_curves, names

UNIT = Floors(constant=1.0, floor=0.0, rounding=0.0)
EPOCHS = 100  # so the tail is 5 epochs and the window 20


def curve(*tail, initial=1.0, level=0.5):
    """`initial`, then EPOCHS losses at `level` whose last ones are `tail`."""
    return np.array([initial, *[level] * (EPOCHS - len(tail)), *tail])


def above(x):
    return np.nextafter(x, np.inf)


def classified(loss, floors=UNIT):
    return classify_curve(np.asarray(loss, float), floors)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 50, EPOCHS])
def test_a_loss_that_is_not_finite_diverged(bad, place):
    loss = curve(level=0.0)
    loss[place] = bad
    assert classified(loss) == "diverged"


@pytest.mark.parametrize(
    ("initial", "constant", "edge"), [(1.0, 0.5, 2.0), (0.25, 1.0, 2.0), (8.0, 1.0, 16.0)]
)
def test_diverged_above_twice_the_larger_of_start_and_constant(initial, constant, edge):
    scale = Floors(constant, 0.0, 0.0)
    assert classified(curve(initial=initial, level=edge), scale) == "stalled"
    assert classified(curve(initial=initial, level=above(edge)), scale) == "diverged"


@pytest.mark.parametrize(
    ("floors", "edge"),
    [
        (UNIT, 0.01),
        (Floors(constant=3.0, floor=1.0, rounding=0.0), 1.02),
        (Floors(constant=1.0, floor=0.0, rounding=0.125), 0.125),
        (Floors(constant=0.0, floor=0.0, rounding=1e-9), 1e-9),
        (Floors(constant=0.0, floor=0.0, rounding=0.0), 0.0),
    ],
)
def test_converged_up_to_a_share_of_the_gap(floors, edge):
    inside = edge * (1 - 1e-12)
    outside = edge * (1 + 1e-12) + 1e-300
    assert classified(curve(level=inside), floors) == "converged"
    assert classified(curve(level=outside), floors) == "stalled"
    assert classified(curve(level=floors.floor - 0.1), floors) == "converged"


def test_slow_when_the_window_falls_by_more_than_its_share():
    # The medians of five losses at the end and of five one window earlier are compared.
    falls = [0.5] * 15
    assert classified(curve(*falls, *[0.495 * (1 + 1e-12)] * 5)) == "stalled"
    assert classified(curve(*falls, *[0.495 * (1 - 1e-12)] * 5)) == "slow"
    # A fall that ended before the window opened is none.
    assert classified([1.0, *np.linspace(1, 0.3, 78), *[0.3] * 22]) == "stalled"
    assert classified([1.0, *np.linspace(1, 0.3, 79), *[0.3] * 21]) == "slow"


@pytest.mark.parametrize("share, expected", [(0.0098, "stalled"), (0.0102, "slow")])
def test_slow_is_measured_over_the_whole_window(share, expected):
    # An exponential that loses `share` of itself in the last 20 of 100 epochs.
    assert classified(0.9 * (1 - share) ** (np.arange(101) / 20)) == expected


def test_oscillating_when_the_window_swings_by_more_than_its_share():
    level = 0.5
    edge = level * 1.2
    for size, expected in ((edge * (1 - 1e-12), "stalled"), (edge * (1 + 1e-12), "oscillating")):
        # One spike inside the window, away from the tail's and the opening's medians.
        assert classified(curve(*[level] * 10, size, *[level] * 9)) == expected
    # A spike before the window is none.
    assert classified(curve(*[level] * 25, level=0.9)) == "stalled"
    assert classified(curve(5.0, *[level] * 20)) == "stalled"
    assert classified(curve(5.0, *[level] * 19)) == "oscillating"


def test_the_definitions_apply_in_order():
    spikes = [0.5, 0.9] * 10
    assert classified(curve(*spikes)) == "oscillating"
    assert classified(curve(*np.linspace(0.9, 0.5, 20), level=0.9)) == "slow"  # swings too
    assert classified(curve(*np.linspace(0.9, 0.0, 20), *[0.0] * 5)) == "converged"  # falls too
    degenerate = Floors(constant=100.0, floor=0.0, rounding=1e9)
    assert classified(curve(level=201.0), degenerate) == "diverged"  # within rounding too


def test_the_final_loss_is_a_median():
    assert classified(curve(0.0, 0.0, 0.0, 9.0, 9.0, level=0.0)) == "converged"
    assert classified(curve(0.0, 0.0, 9.0, 9.0, 9.0, level=0.0)) == "diverged"


def test_short_curves():
    assert classified([1.0]) == "stalled"
    assert classified([0.0]) == "converged"
    assert classified([1.0, 0.5]) == "stalled"
    assert classified([1.0, 0.5, 0.4]) == "slow"
    assert classified([1.0, 0.5, 0.005]) == "converged"
    assert classified([1.0, 2.5]) == "diverged"


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=60),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
    st.floats(1e-3, 1e3),
)
def test_every_curve_has_an_outcome_that_no_scale_changes(loss, constant, floor, scale):
    scale = 2.0 ** round(np.log2(scale))  # exact
    loss = np.array(loss)
    ours = classified(loss, Floors(constant + floor, floor, 1e-6))
    assert ours in OUTCOMES
    if loss[loss > 0].min(initial=1) > 1e-290:
        scaled = Floors(scale * (constant + floor), scale * floor, scale * 1e-6)
        assert classified(scale * loss, scaled) == ours


def test_thresholds_are_arguments():
    loss = curve(*[0.5] * 15, *[0.45] * 5)
    assert classify_curve(loss, UNIT) == "slow"
    assert classify_curve(loss, UNIT, Thresholds(fall=0.2)) == "stalled"
    assert classify_curve(loss, UNIT, Thresholds(fall=0.2, swing=0.05)) == "oscillating"
    assert classify_curve(loss, UNIT, Thresholds(converged=0.46)) == "converged"
    assert classify_curve(loss, UNIT, Thresholds(diverged=0.4)) == "diverged"
    assert classify_curve(loss, UNIT, Thresholds(tail=0.15)) == "stalled"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_frozen_is_a_matter_of_bits(dtype):
    start, nan = [0.0, 1.0], np.nan
    next_to_one = float(np.nextafter(np.array(1, dtype), np.array(2, dtype)))
    runs = [
        (start, start, [0.0, 0.0], "frozen"),
        (start, start, [nan, nan], "diverged"),  # ended before its first step
        (start, start, [0.0, nan], "frozen"),
        (start, [-0.0, 1.0], [0.0, 0.0], "converged"),
        (start, [0.0, next_to_one], [1.0, 1.0], "stalled"),
        (start, [nan, 1.0], [0.0, 0.0], "diverged"),
    ]
    before, after, loss, expected = zip(*runs, strict=True)
    found = classify(np.array(before, dtype), np.array(after, dtype), np.array(loss), UNIT)
    assert names(found).tolist() == list(expected)


def defined(loss, floors, numbers):
    """The definitions, one after the other, for one curve."""
    if not np.isfinite(loss).all():
        return "diverged"
    initial, trained = loss[0], loss[1:] if len(loss) > 1 else loss
    tail = max(1, round(numbers.tail * len(trained)))
    final = np.median(trained[-tail:])
    if final > numbers.diverged * max(initial, floors.constant):
        return "diverged"
    share = numbers.converged * (floors.constant - floors.floor)
    if final - floors.floor <= max(share, floors.rounding):
        return "converged"
    length = max(2, round(numbers.window * len(trained)))
    window = trained[-length:]
    earlier = max(len(trained) - length, tail)
    before = np.median(trained[earlier - tail : earlier])
    if before - final > numbers.fall * before:
        return "slow"
    if window.max() - window.min() > numbers.swing * np.median(window):
        return "oscillating"
    return "stalled"


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
    st.sampled_from([UNIT, Floors(1.0, 0.4, 0.01), Floors(0.0, 0.0, 0.0)]),
    st.builds(
        Thresholds,
        tail=st.floats(0, 0.9),
        window=st.floats(0, 0.9),
        converged=st.floats(0, 1),
        fall=st.floats(0, 1),
        swing=st.floats(0, 1),
        diverged=st.floats(0, 4),
    )
    | st.just(Thresholds()),
)
def test_many_curves_are_classified_as_each_is_by_the_definitions(loss, floors, thresholds):
    found = names(classify_curves(loss, floors, thresholds)).tolist()
    assert found == [defined(row, floors, thresholds) for row in loss]
    ended = [row[: np.argmin([*np.isfinite(row), False]) + 1] for row in loss]
    assert found == [classify_curve(row, floors, thresholds) for row in ended]


# What a curve is measured against.


def test_floors_of_equal_inputs_with_different_targets():
    data = Data([[0.0], [0.0], [1.0], [2.0]], [[0.0], [1.0], [5.0], [6.0]])
    ours = floors(data, Recipe(dtype="float64"))
    assert ours.floor == pytest.approx((0.25 + 0.25) / 4)
    assert ours.constant == pytest.approx(np.var([0, 1, 5, 6]))
    assert 0 < ours.rounding < 1e-27
    assert 1e-14 < floors(data, Recipe()).rounding < 1e-9
    weighted = Data(data.inputs, data.targets, [3.0, 1.0, 1.0, 1.0])
    assert floors(weighted, Recipe()).floor == pytest.approx(4 * (3 / 16) / 4)


@given(st.sampled_from(strategies.LOSSES), st.integers(1, 40), st.integers(0, 99), st.booleans())
def test_no_training_falls_below_its_floor(loss, rows, seed, weighted):
    entry = catalogue.get("losses", loss)
    inputs = np.round(strategies.numbers([seed, 0], rows, 1))  # many equal rows
    targets = strategies.targets_for(loss, seed, rows, 3)
    weights = strategies.numbers([seed, 2], rows) ** 2 if weighted else None
    output = strategies.OUTPUTS.get(entry.predictions, "identity")
    network = Network(1, [Dense(8, "tanh"), Dense(3, output)])
    recipe = Recipe(
        loss=loss, optimizer="adam", learning_rate=0.05, batch="full", epochs=40, dtype="float64"
    )
    data = Data(inputs, targets, weights)
    run = train(network, recipe, data)
    ours = floors(data, recipe)
    assert run.outcome in OUTCOMES
    assert entry.targets == "nonnegative" or ours.floor >= -1e-12
    assert ours.floor <= ours.constant + 1e-9 * abs(ours.constant) + 1e-12
    assert run.loss.min() >= ours.floor - 1e-6 * abs(ours.floor) - 1e-6


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
        (Thresholds(fall=10.0, swing=10.0), "stalled"),
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
        (lambda: Thresholds(fall=float("nan")), "outcome.fall is nan"),
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
    targets, predictions = PERFECT[loss]
    entry = catalogue.get("losses", loss)
    for hyper in ({}, {"clip": 0.1}) if "clip" in entry.hyper else ({},):
        recipe = Recipe(loss={"name": loss, **hyper}, dtype="float64")
        found = floors(Data([1.0, 2.0, 3.0], targets), recipe)
        y = np.eye(2)[targets[:, 0].astype(int)] if entry.targets == "label" else targets
        perfect = entry.spec(predictions, y, recipe.loss.values("losses"))[0].mean()
        if loss == "binary_crossentropy_logits" and hyper:
            assert found.floor <= perfect  # where the clip is cheap, a class is best ignored
            continue
        assert found.floor == pytest.approx(perfect, abs=1e-12)
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
    found = [floors(data, recipe) for recipe in recipes]
    assert len(set(found)) == len(found)
    others = [recipe.but(epochs=3, learning_rate=1.0, seed=5) for recipe in recipes]
    assert [floors(data, recipe) for recipe in others] == found


def test_inputs_that_the_dtype_cannot_tell_apart_are_equal():
    data = Data([1.0, 1.0 + 1e-9, 2.0], [0.0, 1.0, 0.0])
    assert floors(data, Recipe(dtype="float64")).floor == 0
    assert floors(data, Recipe(dtype="float32")).floor == pytest.approx(1 / 6)


def test_a_loss_that_is_not_finite_at_the_start_is_divergence():
    run = train(
        Network.of(1, 1),
        Recipe(batch="full", epochs=3),
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
