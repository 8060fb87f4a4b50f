"""Numbers far from all others: what they hide is found, and what they are is said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Data, Network, Recipe, diagnose
from fastdense.diagnosis.outlying import drawn_in, named, outlying
from fastdense.reports.diagnosis import python

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 3))
Y = X[:, :1] - 2 * X[:, 1:2] + 0.1 * RNG.normal(size=(300, 1))
NETWORK = Network.of(3, 16, 1, activation="tanh")
RECIPE = Recipe(optimizer="adam", learning_rate=1e-2, epochs=40)
STRAY = np.arange(300)[:, np.newaxis] % 100 == 7
columns = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(
    lambda values: np.array(values)[:, np.newaxis]
)


@given(columns, st.floats(0.01, 100), st.floats(-100, 100))
def test_what_is_far_is_far_in_any_unit(column, factor, shift):
    found = outlying(column)
    assert found.mean() <= 0.1
    if np.ptp(column) == 0 or found.any():  # else rounding may decide
        assert (outlying(factor * column)[found]).all()


@given(columns)
def test_drawn_in_numbers_keep_their_order_and_near_ones_their_size(column):
    near = drawn_in(column)
    order = np.argsort(column[:, 0], kind="stable")
    assert (np.diff(near[order, 0]) >= 0).all()
    far = outlying(column)
    assert (near[~far] == column[~far]).all()
    middle = np.median(column)
    assert (np.abs(near - middle) <= np.abs(column - middle) * (1 + 1e-12)).all()


def test_neither_indicators_nor_tails_of_a_bell_are_strays():
    assert not outlying(np.arange(1000)[:, np.newaxis] == 3).any()
    assert not outlying(RNG.normal(size=(10_000, 2))).any()


def test_the_commonest_are_named_first():
    assert named([5.0, -999, 1e6, -999]) == "-999 (2 times), 1e+06, 5"
    assert named(np.arange(5.0)).endswith(", ...")


def test_a_robust_loss_is_well_beside_stray_targets():
    data = X, np.where(STRAY, 1e6, Y)
    found = diagnose(NETWORK, RECIPE.replace(loss="mae"), data, effort="quick")
    assert found.healthy and found.evidence.attainable.explained > 0.9


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
    filled = next(one for one in found.tried if one.causes[0] == "outlying_inputs").trained.case
    names = {"x": x, "y": Y, "np": np}
    exec("\n".join(python(found.evidence.case, filled)), names)
    assert (names["x"] == filled.data.inputs).all()
