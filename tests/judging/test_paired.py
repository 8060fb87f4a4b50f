"""Comparisons by pairs: differences of all kinds of numbers, and what is typical of them."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.judging.paired import RELATIONS, differences, typical, worst_if_undefined

NUMBERS = st.one_of(
    st.sampled_from([-inf, -1.0, 0.0, 1.0, 2.0, inf, nan, 1e308, -1e308, 5e-324]),
    st.floats(-1e3, 1e3),
)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20), st.booleans())
def test_differences_are_finite_and_change_sign_with_the_order(drawn, relative):
    ours, theirs = np.array(drawn).T
    found = differences(ours, theirs, relative)
    assert np.isfinite(found).all()
    assert (found == -differences(theirs, ours, relative)).all()
    bad_ours, bad_theirs = worst_if_undefined(ours), worst_if_undefined(theirs)
    assert ((found > 0) <= (bad_ours > bad_theirs)).all()
    assert ((found == 0) | (bad_ours != bad_theirs)).all()
    if relative:
        assert (np.abs(found) <= 2).all()


@pytest.mark.parametrize(
    ("ours", "theirs", "relative", "absolute"),
    [
        (1.05, 1.0, 0.05 / 1.05, 0.05),
        (0.0, 0.0, 0.0, 0.0),
        (0.0, 2.0, -1.0, -2.0),
        (-1.0, 1.0, -2.0, -2.0),
        (inf, 1.0, 1.0, np.finfo(float).max / 4),
        (nan, inf, 0.0, 0.0),
        (nan, 3.0, 1.0, np.finfo(float).max / 4),
    ],
)
def test_differences_by_hand(ours, theirs, relative, absolute):
    assert differences([ours], [theirs])[0] == pytest.approx(relative)
    assert differences([ours], [theirs], relative=False)[0] == pytest.approx(absolute)


def test_what_is_typical_of_a_unit_is_its_median():
    assert typical(np.array([[1.0, 2.0, 30.0], [0.0, 0.0, -5.0]])).tolist() == [2.0, 0.0]
    assert typical(np.array([[1.0, 2.0, 4.0, 50.0]])).tolist() == [3.0]


def test_what_is_not_a_number_is_worse_than_any():
    assert worst_if_undefined([nan, -inf, 1]).tolist() == [inf, -inf, 1.0]
    assert set(RELATIONS) == {"below", "above", "at_most", "at_least", "equals"}
