"""Intervals of shares and means: by their equations, and by how often they cover the truth."""

from fractions import Fraction
from math import inf, isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.judging import intervals
from fastdense.judging.intervals import wilson

Z = 1.959963984540054


def exceeds(p, successes, trials):
    """Whether a share lies beyond the interval around p, in exact numbers."""
    z = Fraction(Z)
    return (Fraction(successes, trials) - p) ** 2 * trials > z * z * p * (1 - p)


@given(st.integers(1, 300), st.data())
def test_wilsons_interval_solves_its_equation(trials, data):
    successes = data.draw(st.integers(0, trials))
    share = successes / trials
    for end, outside in zip(wilson(successes, trials), (-1, 1), strict=True):
        near, far = (Fraction(end) + Fraction(outside, 10**9) * side for side in (-1, 1))
        if 0 < near < 1 and near != share:
            assert not exceeds(near, successes, trials)
        if 0 < far < 1:
            assert exceeds(far, successes, trials)


def test_wilson_is_the_textbooks():
    """Brown, Cai, DasGupta (2001): the roots of |p - k/n| = z sqrt(p (1 - p) / n)."""
    for successes, trials in ((0, 10), (3, 10), (5, 10), (10, 10), (1, 1), (938, 1000)):
        found = successes / trials
        for end in wilson(successes, trials, Z):
            assert isclose(abs(end - found), Z * sqrt(end * (1 - end) / trials), abs_tol=1e-12)
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1
    assert wilson(0, 0) == (0.0, 1.0)
    # Newcombe (1998), Statistics in Medicine 17, 857, table I.
    assert np.round(wilson(81, 263, Z), 4).tolist() == [0.2553, 0.3662]
    assert np.round(wilson(15, 148, Z), 4).tolist() == [0.0624, 0.1605]
    assert np.round(wilson(1, 29, Z), 4).tolist() == [0.0061, 0.1718]


@given(trials=st.integers(1, 5000), data=st.data(), z=st.floats(0.1, 6))
def test_wilson_holds_the_share_and_is_symmetric(trials, data, z):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials, z)
    assert 0 <= low <= successes / trials <= high <= 1
    mirrored = wilson(trials - successes, trials, z)
    assert isclose(low, 1 - mirrored[1], abs_tol=1e-12)
    wider = wilson(successes, trials, 2 * z)
    assert wider[0] <= low and high <= wider[1]


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(0)
    for p in (0.05, 0.3, 0.5, 0.9):
        drawn = rng.binomial(256, p, 20_000)
        ends = {k: wilson(int(k), 256) for k in set(drawn)}
        covered = np.mean([ends[k][0] <= p <= ends[k][1] for k in drawn])
        assert 0.93 < covered < 0.97
    for confidence in (0.5, 0.95, 0.99):
        drawn = rng.exponential(2.0, (4_000, 400))
        ends = [
            intervals.normal(
                one.mean(), intervals.standard_error(one), intervals.quantile(confidence)
            )
            for one in drawn
        ]
        covered = np.mean([low <= 2.0 <= high for low, high in ends])
        assert covered == pytest.approx(confidence, abs=0.02)


def test_the_quantiles_of_the_normal_distribution():
    assert intervals.quantile(0.95) == pytest.approx(intervals.NORMAL_95, rel=1e-12)
    assert intervals.quantile(0.6826894921370859) == pytest.approx(1.0, rel=1e-9)


def test_the_interval_of_a_mean():
    assert intervals.standard_error([1.0, 2.0, 3.0, 4.0]) == pytest.approx(sqrt(5 / 3) / 2)
    assert intervals.standard_error([7.0]) == inf
    assert intervals.normal(3.0, 0.0) == (3.0, 3.0)
    assert intervals.normal(3.0, inf) == (-inf, inf)
    assert intervals.normal(3.0, 0.5, 2.0) == (2.0, 4.0)


QUANTILES = {  # of Student's t: 0.975 and 0.995, from tables
    1: (12.7062, 63.6567), 2: (4.30265, 9.92484), 3: (3.18245, 5.84091), 4: (2.77645, 4.60409),
    5: (2.57058, 4.03214), 10: (2.22814, 3.16927), 30: (2.04227, 2.75000), 79: (1.99045, 2.63951),
}  # fmt: skip


@pytest.mark.parametrize("freedom", QUANTILES)
def test_the_quantiles_of_students_t(freedom):
    found = [intervals.student(confidence, freedom) for confidence in (0.95, 0.99)]
    assert found == pytest.approx(QUANTILES[freedom], rel=1e-5)


def test_the_quantile_of_students_t_nears_that_of_the_normal_distribution():
    assert intervals.student(0.95, 10**7) == pytest.approx(intervals.NORMAL_95, rel=1e-6)


def test_units_that_are_alike_within_count_as_one():
    rng = np.random.default_rng(0)
    single = rng.random((80, 1)) < 0.4
    alike = intervals.share_interval(np.repeat(single, 4, axis=1))
    assert alike == pytest.approx(intervals.share_interval(single), abs=1e-12)
    apart = rng.random((80, 4)) < 0.4
    low, high = intervals.share_interval(apart)
    narrow = (high - low) / (alike[1] - alike[0])
    assert 0.45 < narrow < 0.65  # a half, for four times as many


def test_a_share_of_nothing_or_all_is_as_sure_as_the_units_are_many():
    for units in (2, 12, 80):
        for trials in (1, 4):
            low, high = intervals.share_interval(np.ones((units, trials)))
            assert (low, high) == intervals.share_interval(np.ones((units, 1)))
            assert high == 1.0 and low < 1.0
            none = intervals.share_interval(np.zeros((units, trials)))
            assert none == pytest.approx((0.0, 1 - low), abs=1e-12)
    assert intervals.share_interval(np.ones((1, 100))) == (0.0, 1.0)  # one draw tells of no other


@given(st.integers(2, 30), st.integers(1, 6), st.integers(0, 2**32))
def test_the_interval_of_a_share_holds_it_and_is_symmetric(units, trials, seed):
    rng = np.random.default_rng(seed)
    true = rng.random((units, trials)) < rng.random((units, 1))
    low, high = intervals.share_interval(true)
    assert 0 <= low <= true.mean() <= high <= 1
    mirrored = intervals.share_interval(~true)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-9)
    order = rng.permutation(units)
    assert intervals.share_interval(true[order]) == pytest.approx((low, high), abs=1e-12)


def test_the_interval_of_a_median():
    assert intervals.median_interval([1, 2, 3, 4, 5]) == (-inf, inf)
    assert intervals.median_interval([6, 1, 5, 2, 4, 3]) == (1, 6)
    # David, Nagaraja (2003), Order statistics, 7.1: the 31st to the 50th of 80.
    assert intervals.median_interval(np.arange(1, 81)) == (31, 50)
    rng = np.random.default_rng(0)
    for draw in (rng.standard_cauchy, rng.standard_normal):
        ends = np.array([intervals.median_interval(one) for one in draw((4000, 80))])
        assert ((ends[:, 0] <= 0) & (0 <= ends[:, 1])).mean() >= 0.945
