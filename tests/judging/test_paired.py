"""Comparisons by pairs: counting, and the sign test against exact binomial numbers."""

from math import comb, inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.judging.paired import RELATIONS, Pairs, sign_test, worst_if_undefined

KNOWN = {  # (wins, losses): P(at least so many heads)
    (0, 0): 1.0,
    (0, 7): 1.0,
    (1, 0): 0.5,
    (5, 0): 1 / 32,
    (7, 0): 1 / 128,
    (8, 2): 56 / 1024,
    (9, 1): 11 / 1024,
    (15, 5): 21700 / 2**20,
    (64, 0): 2.0**-64,
}


@pytest.mark.parametrize("wins, losses", KNOWN)
def test_the_sign_test_has_the_binomial_tail(wins, losses):
    assert sign_test(wins, losses) == pytest.approx(KNOWN[wins, losses], rel=1e-14)


@given(wins=st.integers(0, 80), losses=st.integers(0, 80))
def test_the_two_sides_of_the_sign_test_overlap_in_one_term(wins, losses):
    n = wins + losses
    both = sign_test(wins, losses) + sign_test(losses, wins)
    assert both == pytest.approx(1 + comb(n, wins) / 2**n, rel=1e-12)


def test_the_sign_test_of_many_trials_takes_no_time():
    assert sign_test(500_000, 500_000) == pytest.approx(0.5, abs=1e-3)
    assert sign_test(510_000, 490_000) < 1e-80
    assert sign_test(490_000, 510_000) == pytest.approx(1.0)


def test_under_equal_chances_the_sign_test_rarely_finds_a_difference():
    """It is exact, so a level of 1% is at most that, and not much less with many pairs."""
    rng = np.random.default_rng(0)
    wins = rng.binomial(400, 0.5, 20_000)
    p = {k: sign_test(int(k), 400 - int(k)) for k in set(wins)}
    assert 0.005 < np.mean([p[k] < 0.01 for k in wins]) <= 0.0115


NUMBERS = st.sampled_from([-inf, -1.0, 0.0, 1.0, 2.0, inf, nan])


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20))
def test_what_one_wins_the_other_loses(drawn):
    ours, theirs = np.array(drawn).T
    mirrored = {"below": "above", "at_most": "at_least", "equals": "equals"}
    for relation, reverse in mirrored.items():
        assert Pairs.of(ours, theirs, relation) == Pairs.of(theirs, ours, reverse)
    strict, loose = Pairs.of(ours, theirs), Pairs.of(ours, theirs, "at_most")
    swapped = Pairs.of(theirs, ours)
    assert (strict.wins, strict.losses) == (swapped.losses, swapped.wins)
    assert strict.p == swapped.p_reversed
    ties = strict.trials - strict.wins - strict.losses
    assert (loose.wins, loose.losses) == (strict.wins + ties, strict.losses)


def test_pairs_are_counted():
    ours, theirs = [1.0, 2.0, 3.0, nan, inf], [2.0, 2.0, 2.0, 1.0, nan]
    assert Pairs.of(ours, theirs) == Pairs(wins=1, losses=2, trials=5)
    assert Pairs.of(ours, theirs, "equals") == Pairs(wins=2, losses=3, trials=5)
    assert Pairs.of([True, False], [False, False], "above") == Pairs(1, 0, 2)
    assert set(RELATIONS) == {"below", "above", "at_most", "at_least", "equals"}
    with pytest.raises(ValueError, match="expected as many"):
        Pairs.of([1.0, 2.0], [1.0])


def test_what_is_not_a_number_is_worse_than_any():
    assert worst_if_undefined([nan, -inf, 1]).tolist() == [inf, -inf, 1.0]
