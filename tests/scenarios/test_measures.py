"""Measures on curves made by hand, and summaries over seeds."""

from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fastdense import Data, Network, Recipe, catalogue, train
from fastdense.data import read
from fastdense.measures import MEASURES
from fastdense.reference.backward import loss_and_gradient
from fastdense.reports.sparkline import BARS, sparkline
from fastdense.scenarios.experiment import shares, summary
from fastdense.scenarios.verdict import measured

FLOORS = SimpleNamespace(constant=2.0, irreducible=0.5, rounding=1e-9)


def run(loss, **more):
    loss = np.array(loss, float)
    given = {
        "initial_loss": loss[0],
        "final_loss": loss[-1],
        "epochs": np.arange(len(loss)),
        "baselines": FLOORS,
    }
    signals = {name: more.pop(name) for name in catalogue.names("signals") if name in more}
    return SimpleNamespace(loss=loss, **{**given, "signals": signals, **more})


def measure(name, *arguments, **more):
    data = more.get("data")
    (value,) = measured(name, [SimpleNamespace(run=run(*arguments, **more), data=data)])
    return value


BY_HAND = [
    ("initial_loss", [4, 3, 1], 4),
    ("final_loss", [4, 3, 1], 1),
    ("loss_left", [4, 3, 1], 0.25),
    ("loss_left", [0, 0], 0),
    ("loss_left", [0, 1], inf),
    ("excess", [4, 3, 2], 1),
    ("excess", [4, 3, 0.5], 0),
    ("excess", [4, 3, 5], 3),
    ("late_excess", [9, 9, 3, 2], 4 / 3),
    ("late_excess", [9, 0.5, 0.5], 0),
    ("loss_change", [4, 4, 4], 0),
    ("loss_change", [4, 1, 4], 0.75),
    ("loss_change", [2, 4], 0.5),
    ("loss_change", [0, 0], 0),
    ("loss_change", [0, 3], 1),
    ("late_change", [9, 9, 4, 3], 0.25),
    ("late_change", [9, 1, 3, 3, 3], 0),
    ("late_change", [5], 0),
    ("swing", [9] * 8 + [2, 4], 2 / 3),
    ("swing", [3, 3], 0),
    ("time_to_converge", [4, 3, 1, 0.514, 0.5], 0.75),
    ("time_to_converge", [4, 0.5, 4, 4, 0.5], 0.25),
    ("time_to_converge", [0.5, 0.5, 0.5], 0),
    ("time_to_converge", [4, 3, 0.516], inf),
    ("early_change", [4, 3, 4, 9, 1], 0.25),
    ("early_change", [4, 4, 1], 0),
    ("time_to_leave", [2, 1.86, 1.84, 2, 2], 0.5),
    ("time_to_leave", [1, 2, 2], 0),
    ("time_to_leave", [2, 2, 1.86], inf),
    ("transition", [2, 2, 1, 1, 0.5], 1),
    ("transition", [2, 1, 1, 1, 0.5], 3),
    ("transition", [2, 1, 1], inf),
    ("rises", [3, 4, 2, 5, 5], 0.5),
    ("rises", [3], 0),
    ("relapse", [4, 3, 2.5, 9], 0),
    ("relapse", [4, 2, 1, 3, 2], 0.5),
    ("relapse", [4, 1, nan], inf),
    ("final_loss", [4, nan], inf),
    ("loss_change", [4, nan], inf),
    ("loss_change", [inf], inf),
    ("late_change", [4, inf], inf),
    ("swing", [4, inf], inf),
    ("excess", [4, inf], inf),
    ("late_excess", [4, nan], inf),
]


@pytest.mark.parametrize("name, loss, expected", BY_HAND)
def test_measures_of_curves_made_by_hand(name, loss, expected):
    assert measure(name, loss) == pytest.approx(expected, rel=1e-15)


def test_measures_of_the_signals():
    ratio = np.array([[nan, nan], [0.1, 0.3], [0.2, 0.1]])
    ours = {"parameters": np.ones(2)}
    assert measure("update_ratio", [1], update_ratio=ratio, **ours) == 0.3
    assert measure("update_ratio", [1], update_ratio=ratio[:1], **ours) == 0  # no step was made
    assert measure("update_ratio", [1], update_ratio=np.array([[nan], [inf]]), **ours) == inf
    # 0 / 0 is a layer of zeros that stays so; NaN among the parameters is another matter.
    assert measure("update_ratio", [1], update_ratio=np.array([[nan], [nan]]), **ours) == 0
    lost = {"parameters": np.array([nan])}
    assert measure("update_ratio", [1], update_ratio=ratio, **lost) == inf
    norm = np.array([[3.0, 4.0], [9.0, 9.0], [0.3, 0.4]])
    assert measure("gradient_left", [1], gradient_norm=norm) == pytest.approx(0.1, rel=1e-15)
    assert measure("gradient_left", [1], gradient_norm=np.zeros((2, 1))) == 0
    assert measure("gradient_left", [1], gradient_norm=np.zeros((0, 1))) == inf
    assert measure("gradient_left", [1], gradient_norm=np.array([[1e-9], [nan]])) == inf


def test_measures_of_the_test_loss_are_exact():
    one = 0.7
    ulp = np.nextafter(one, 1)
    curve = np.array([one, one, ulp, one])
    assert measure("test_loss_changes", [1], test_loss=curve) == 1
    assert measure("test_loss_range", [1], test_loss=curve) == ulp - one > 0
    assert measure("test_loss_changes", [1], test_loss=curve[:2]) == 0
    assert measure("test_loss_range", [1], test_loss=np.array([one, nan])) == inf


def test_measures_of_the_test_loss_at_the_end():
    curve = np.array([2.0, 0.5, 1.5])
    assert measure("test_loss_at_end", [1], test_loss=curve) == 1.5
    assert measure("test_loss_rise", [1], test_loss=curve) == 3
    assert measure("test_loss_rise", [1], test_loss=curve[:2]) == 1
    assert measure("test_loss_rise", [1], test_loss=np.array([1, nan])) == inf


def test_the_test_error_is_what_the_accuracy_leaves():
    assert measure("test_error", [1], test_accuracy=np.array([0.25, 0.75])) == 0.25
    assert measure("test_error", [1], test_accuracy=np.array([0.25, nan])) == inf


def test_measures_of_what_dropout_hides():
    running = np.array([nan] * 8 + [2, 4.0])
    assert measure("running_over_evaluated", [9] * 8 + [1, 3], running_loss=running) == 1.5
    assert measure("running_over_evaluated", [3, 2], running_loss=np.array([nan, 5.0])) == 2.5


def test_the_running_loss_starts_with_the_first_epoch():
    running = np.array([nan, 2, 4.0, 3])
    assert measure("running_range", [1], running_loss=running) == pytest.approx(2 / 3, rel=1e-15)
    assert measure("running_range", [1], running_loss=running[:1]) == 0
    assert measure("running_range", [1], running_loss=np.array([nan, 1, nan])) == inf


def test_the_test_loss_over_that_of_training():
    assert measure("test_loss_over_training", [3, 0.5], test_loss=np.array([4.0, 2])) == 4
    assert measure("test_loss_over_training", [3, 0], test_loss=np.array([4.0, 2])) == inf


NETWORK = Network.of(2, 3, 2, 1)  # 3 and 2 hidden units


def test_measures_of_the_layers():
    """Hidden units count, all alike; those of an output that cannot die do not."""
    dead = np.array([[0, 0.5, 1], [2 / 3, 0.5, 1], [1 / 3, 1, 1], [1 / 3, 0.5, 0]])
    given = {"network": NETWORK, "dead_share": dead}
    assert measure("dead_at_start", [1], **given) == pytest.approx(0.2)
    assert measure("dead_at_end", [1], **given) == pytest.approx(0.4)
    assert measure("revived", [1], **given) == pytest.approx(0.2)
    assert measure("revived", [1], network=NETWORK, dead_share=dead[:2]) == 0
    slopes = np.array([[1, 0.5, 0.1], [0, 0, 0]])
    assert measure("slope_at_start", [1], network=NETWORK, mean_slope=slopes) == 0.8
    norms = np.array([[3.0, 0.0, 4.0], [9, 9, 9]])
    assert measure("gradient_at_start", [1], gradient_norm=norms) == 5
    assert measure("gradient_ratio", [1], gradient_norm=norms) == 0.75
    assert measure("gradient_ratio", [1], gradient_norm=norms * [1, 1, 0]) == inf
    for name in ("gradient_at_start", "gradient_ratio"):
        assert measure(name, [1], gradient_norm=np.zeros((0, 3))) == inf
    for name in ("dead_at_start", "dead_at_end", "slope_at_start"):
        nothing = {"dead_share": np.zeros((0, 3)), "mean_slope": np.zeros((0, 3))}
        assert measure(name, [1], network=NETWORK, **nothing) == inf


@pytest.mark.parametrize("output", [n for n in catalogue.names("activations") if n != "relu"])
def test_an_output_that_cannot_die_is_not_dead(output):
    clipping = output in ("relu6", "hard_sigmoid", "hard_silu")
    network = Network.of(2, 3, 1, activation="relu", output=output)
    found = measure("dead_at_end", [1], network=network, dead_share=np.array([[0.0, 1.0]]))
    assert found == (0.25 if clipping else 0)


def test_a_dead_output_is_dead():
    """Before the first step, and after one that pushes a relu output below zero on all rows."""
    network = Network.of(1, 3, 1, activation="tanh", output="relu")
    born = np.array([0.0, 0, 0, 0, 0, 0, 0, 0, 0, -1])  # nothing but the output's bias
    data = Data(np.linspace(-1, 1, 8), np.ones(8))
    trained = train(network, Recipe(epochs=9), data, parameters=born, observe_every=1)
    for name in ("dead_at_start", "dead_at_end"):
        (share,) = measured(name, [SimpleNamespace(run=trained, data=data)])
        assert share == 1
    alone = Network.of(2, 1, output="relu")
    assert measure("dead_at_end", [1], network=alone, dead_share=np.array([[0.0], [1]])) == 1
    assert (
        measure("dead_at_end", [1], network=Network.of(2, 1), dead_share=np.array([[1.0]])) == inf
    )


def test_units_that_are_the_same_count_once():
    weights, bias = np.array([[1.0, 2, 1], [0, 5, 0]]), np.array([3.0, 3, 3])
    assert measure("distinct_units", [1], layers=[(weights, bias)]) == 2
    assert measure("distinct_units", [1], layers=[(weights, np.array([3.0, 3, 4]))]) == 3
    assert measure("distinct_units", [1], layers=[(0 * weights, bias)]) == 1


def test_the_gradient_of_the_biases_grows_or_shrinks_by_the_same_factor_in_each_layer():
    """A chain of sigmoids at zero: every layer towards the first multiplies by weight / 4."""
    for weight in (100.0, 1.0):
        chain = [0, 0] + [weight, -weight / 2] * 3  # of each unit its weight and its bias
        given = {
            "network": Network.of(1, 1, 1, 1, 1, activation="sigmoid"),
            "recipe": Recipe(),
            "initial_parameters": np.array(chain, np.float32),
        }
        found = measure("bias_gradient_ratio", [1], data=Data([[1.0]], [[2.0]]), **given)
        assert found == pytest.approx((weight / 4) ** 2, rel=1e-12)


def test_how_far_the_first_layer_moved():
    start = np.array([3.0, 4, 9, 9], np.float32)  # a weight and a bias of each layer
    given = {"network": Network.of(1, 1, 1), "initial_parameters": start}
    moved = start + np.array([0, 1, 5, 5], np.float32)
    assert measure("first_layer_moved", [1], parameters=moved, **given) == pytest.approx(0.2)
    assert measure("first_layer_moved", [1], parameters=moved * nan, **given) == inf
    still = np.array([0.0, 0, 9, 9], np.float32)
    given["initial_parameters"] = still
    assert measure("first_layer_moved", [1], parameters=still, **given) == 0


def classified(loss, outputs, targets, wide=1):
    """The worst recall of given outputs on given targets."""
    return measure(
        "worst_recall",
        [1],
        parameters=np.ones(2),
        network=Network.of(1, wide),
        recipe=Recipe(loss=loss),
        data=Data(np.zeros(len(targets)), targets),
        predict=lambda inputs: np.array(outputs, float),
    )


def test_the_worst_recall_is_that_of_one_class():
    rare = [[0]] * 3 + [[1]] * 2
    assert classified("binary_crossentropy", [[0.1]] * 3 + [[0.6], [0.4]], rare) == 0.5
    assert classified("binary_crossentropy_logits", [[0.4]] * 3 + [[0.6], [0.4]], rare) == 0
    assert classified("binary_crossentropy_logits", [[-1], [-1], [1], [1], [1]], rare) == 2 / 3
    outputs = [[5, 1, 0], [0, 1, 0], [0, 0, 9], [9, 0, 8]]
    labels, rows = [0, 1, 2, 2], np.eye(3)[[0, 1, 2, 2]]
    assert classified("sparse_softmax_cross_entropy", outputs, labels, 3) == 0.5
    assert classified("softmax_cross_entropy", outputs, rows, 3) == 0.5
    assert classified("sparse_softmax_cross_entropy", outputs, [0, 1, 2, 0], 3) == 1


def test_a_network_that_diverged_recalls_nothing():
    assert measure("worst_recall", [1], parameters=np.array([nan])) == 0


ROWS = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 6), st.just(3)), elements=st.floats(-2, 2)
)


@given(x=ROWS, weights=arrays.arrays(np.float64, 4, elements=st.floats(-3, 3)))
def test_the_sharpness_of_a_linear_unit_is_the_largest_eigenvalue(x, weights):
    """The squared error of a linear unit has the Hessian 2 / n X^T X, X with a column of ones."""
    with_ones = np.hstack([x, np.ones((len(x), 1))])
    eigenvalues = np.linalg.eigvalsh(2 / len(x) * with_ones.T @ with_ones)
    data = Data(x, np.zeros(len(x)))
    found = measure(
        "sharpness",
        [1],
        network=Network.of(3, 1),
        recipe=Recipe(),
        data=data,
        parameters=weights,
    )
    assert found == pytest.approx(eigenvalues[-1], rel=1e-6)


@given(seed=st.integers(0, 999), scale=st.floats(0.1, 2))
def test_the_sharpness_of_a_network_is_that_of_its_whole_hessian(seed, scale):
    network, recipe = Network.of(2, 4, 2, 1, activation="tanh"), Recipe()
    data = read({"name": "blobs", "count": 20, "seed": seed})
    at = scale * network.initialize(seed, "float64")

    def gradient(point):
        rows = data.inputs, data.targets, np.ones(len(data))
        return loss_and_gradient(network, recipe, point, *rows)[1]

    steps = 1e-5 * np.eye(network.size)
    hessian = np.array([(gradient(at + s) - gradient(at - s)) / 2e-5 for s in steps])
    eigenvalues = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    given = {"network": network, "recipe": recipe, "data": data, "parameters": at}
    # Of two of the same size, one may be negative.
    size = abs(measure("sharpness", [1], **given))
    assert size == pytest.approx(np.abs(eigenvalues).max(), rel=1e-3)


def test_sharpness_counts_weights_and_divergence():
    given = {"network": Network.of(1, 1), "recipe": Recipe()}
    rows = {"inputs": [1.0, 1.0], "targets": [0.0, 0.0]}
    weighted = Data(**rows, weights=[3.0, 1.0])
    plain = measure("sharpness", [1], data=Data(**rows), parameters=np.zeros(2), **given)
    found = measure("sharpness", [1], data=weighted, parameters=np.zeros(2), **given)
    assert plain == pytest.approx(4) and found == pytest.approx(8)
    assert measure("sharpness", [1], parameters=np.array([nan, 0.0]), **given, data=weighted) == inf


def test_the_range_of_the_outputs_before_and_after():
    network = Network.of(1, 2, weights={"name": "constant", "value": 3})
    data = Data([0.0, 1.0, 2.0], np.zeros((3, 2)))
    run = train(network, Recipe(learning_rate=0.0, epochs=1), data)
    for name in ("output_range", "initial_output_range"):
        assert MEASURES[name].of(run, data) == 6


def test_every_measure_says_what_it_is():
    for name, found in MEASURES.items():
        assert found.name and not found.name.endswith("."), name


FINITE = st.floats(-1e300, 1e300)


@given(values=st.lists(FINITE, min_size=1, max_size=80))
def test_the_summary_is_the_percentiles(values):
    found = summary(values)
    expected = np.percentile(values, [50, 10, 90])
    size = max(map(abs, values))
    for key, value in zip(("median", "p10", "p90"), expected, strict=True):
        assert found[key] == pytest.approx(value, rel=1e-12, abs=1e-12 * size)


def test_the_summary_of_what_is_not_finite_is_strings():
    assert summary([1.0, inf, nan]) == {"median": "inf", "p10": "inf", "p90": "nan"}
    assert summary([1.0] * 9 + [nan]) == {"median": 1.0, "p10": 1.0, "p90": "nan"}
    assert summary([inf]) == {"median": "inf", "p10": "inf", "p90": "inf"}
    assert summary([2.5]) == {"median": 2.5, "p10": 2.5, "p90": 2.5}


def test_shares_sum_to_one_in_a_fixed_order():
    outcomes = "slow", "frozen", "slow", "converged"
    found = shares([SimpleNamespace(run=SimpleNamespace(outcome=o)) for o in outcomes])
    assert list(found.items()) == [("converged", 0.25), ("slow", 0.5), ("frozen", 0.25)]


CURVES = arrays.arrays(np.float64, st.integers(0, 60), elements=st.floats(width=64))


@given(curve=CURVES, width=st.integers(1, 30))
def test_a_sparkline_of_anything_is_bars_and_crosses(curve, width):
    line = sparkline(curve, width)
    assert len(line) == min(width, len(curve)) and set(line) <= set(BARS) | {"×"}
    if len(curve) <= width:
        assert [c == "×" for c in line] == [not f for f in np.isfinite(curve)]


@given(curve=st.lists(st.floats(0, 1e30), min_size=1, max_size=16))
def test_a_sparkline_falls_where_the_curve_falls(curve):
    heights = [BARS.index(c) for c in sparkline(sorted(curve, reverse=True))]
    assert heights == sorted(heights, reverse=True)
    if max(curve) > 2 * min(curve):
        assert heights[0] == len(BARS) - 1 and heights[-1] == 0


@given(curve=st.sets(st.integers(-1000, 1000), min_size=2, max_size=16))
def test_a_sparkline_of_a_loss_below_zero_falls(curve):
    line = sparkline(sorted(curve | {-2000}, reverse=True), width=20)
    assert line[0] == BARS[-1] and line[-1] == BARS[0]
    assert list(line) == sorted(line, reverse=True)


@given(
    st.floats(1e-6, 1e6),
    arrays.arrays(float, st.integers(1, 40), elements=st.floats(0.0, 1.0)),
)
def test_a_sparkline_does_not_magnify_noise(level, noise):
    (height,) = set(sparkline(level * (1 + 0.05 * noise)))
    assert height == BARS[3]


def test_the_height_of_a_sparkline_says_how_far_a_loss_fell():
    heights = [
        np.ptp([BARS.index(bar) for bar in sparkline(np.geomspace(1, end, 100))])
        for end in (7.97 / 8.02, 0.9, 0.8, 0.5, 1e-3)
    ]
    assert heights == [0, 1, 2, 7, 7]
