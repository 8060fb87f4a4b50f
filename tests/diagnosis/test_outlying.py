"""Numbers far from all others: what they hide is found, and what they are is said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Data, Network, Recipe, diagnose
from fastdense.diagnosis.case import Case
from fastdense.diagnosis.changes import fill, scale_inputs
from fastdense.diagnosis.outlying import filled, middle_of, named, outlying
from fastdense.reports.diagnosis import python

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 3))
Y = X[:, :1] - 2 * X[:, 1:2] + 0.1 * RNG.normal(size=(300, 1))
NETWORK = Network.of(3, 16, 1, activation="tanh")
RECIPE = Recipe(optimizer="adam", learning_rate=1e-2, epochs=40)
NETWORK3 = Network.of(2, 16, 1, activation="tanh")
STRAY = np.arange(300)[:, np.newaxis] % 100 == 7
columns = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(
    lambda values: np.array(values)[:, np.newaxis]
)


@given(columns, st.floats(0.01, 100), st.floats(-100, 100))
def test_what_is_far_is_far_in_any_unit(column, factor, shift):
    found = outlying(column)
    times = np.abs(middle_of(column).times(column))
    clear = np.abs(times - 10) > 1e-6  # else rounding decides
    assert (outlying(factor * column + shift) == found)[clear].all() or np.ptp(column) < 1e-6


@given(columns)
def test_drawn_in_numbers_keep_their_order_and_near_ones_their_size(column):
    middle = middle_of(column)
    near = middle.drawn_in(column)
    order = np.argsort(column[:, 0], kind="stable")
    assert (np.diff(near[order, 0]) >= 0).all()
    far = outlying(column)
    assert (near[~far] == column[~far]).all()
    away = np.abs(near - middle.median), np.abs(column - middle.median)
    assert (away[0] <= away[1] * (1 + 1e-12)).all()


def test_neither_indicators_nor_tails_of_a_bell_are_strays():
    assert not outlying(np.arange(1000)[:, np.newaxis] == 3).any()
    assert not outlying(RNG.normal(size=(10_000, 2))).any()


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3])
def test_one_far_number_is_found_at_any_share(share):
    column = np.where(RNG.random((1000, 1)) < share, -999.0, RNG.normal(size=(1000, 1)))
    assert (outlying(column) == (column == -999)).all()
    assert (np.abs(filled(column)) < 10).all()


def test_the_commonest_are_named_first():
    assert named([5.0, -999, 1e6, -999]) == "-999 (2 times), 1e+06, 5"
    assert named(np.arange(5.0)).endswith(", ...")


def test_a_robust_loss_is_well_beside_stray_targets():
    data = X, np.where(STRAY, 1e6, Y)
    found = diagnose(NETWORK, RECIPE.replace(loss="mae"), data, effort="quick")
    assert found.healthy and found.evidence.attainable.explained > 0.9


def test_a_long_tail_is_no_stray():
    x = np.random.default_rng(5).normal(size=(600, 2))
    y = np.exp(4.0 * x[:, :1] + 0.2 * x[:, 1:])
    network = Network.of(2, 32, 1, activation="tanh")
    found = diagnose(network, RECIPE.replace(learning_rate=1e-5), (x, y), effort="quick")
    assert found.evidence.case.truth.middle is not None
    assert found.evidence.attainable.explained > 0.8
    assert not any("leave out" in one.change.words for one in found.tried)


def test_heavy_noise_is_not_the_lack_of_a_signal():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(800, 2))
    y = x[:, :1] + 0.3 * rng.standard_cauchy((800, 1))
    found = diagnose(NETWORK3, RECIPE, (x, y), effort="quick")
    assert found.verdict != "data"


def test_constant_targets_are_said_whatever_the_training_does():
    for rows in (300, 1):
        for value in (7e6, 7.0, 0.0):
            data = X[:rows], np.full((rows, 1), value)
            found = diagnose(NETWORK, RECIPE, data, effort="quick")
            assert found.verdict == "data" and found.causes[0].name == "constant_targets"
            assert "held out" not in found.answer


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 1.5, 300)])
def test_stray_targets_are_left_out_as_the_lines_to_paste_do_it(weights):
    x, y = X, np.where(STRAY, -999.0, Y)
    found = diagnose(NETWORK, RECIPE, Data(x, y, weights), effort="quick")
    assert found.causes[0].name == "outlying_targets" and found.cured
    kept = found.cured.case.given
    names = {"x": x, "y": y, "np": np}
    exec("\n".join(python(found.evidence.case, found.cured.case)), names)
    assert (names["x"] == kept.inputs).all() and (names["y"] == kept.targets).all()
    assert (names["y"] == Y[~STRAY[:, 0]]).all()


def test_stray_inputs_are_filled_in_as_the_lines_to_paste_do_it():
    x = np.where(np.random.default_rng(3).random(X.shape) < 0.03, -999.0, X)
    recipe = RECIPE.replace(optimizer="sgd", learning_rate=0.1)
    found = diagnose(NETWORK, recipe, (x, Y), effort="quick")
    assert found.causes[0].name == "outlying_inputs"
    case = next(one for one in found.tried if one.causes[0] == "outlying_inputs").trained.case
    names = {"x": x, "y": Y, "np": np}
    exec("\n".join(python(found.evidence.case, case)), names)
    assert (names["x"] == case.data.inputs).all()


def test_rows_are_changed_before_they_are_scaled():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3)) * 2000 + 5000
    y = x[:, :1] / 2000 - x[:, 1:2] / 1000
    x[rng.random(x.shape) < 0.02] = -9e6
    case = Case.of(NETWORK, RECIPE, (x, y))
    changed = (fill() + scale_inputs()).make(case)
    names = {"x": x, "np": np}
    exec("\n".join(python(case, changed)), names)
    np.testing.assert_allclose(names["x"], changed.data.inputs)
    assert names["x"].std(axis=0) == pytest.approx(1)
