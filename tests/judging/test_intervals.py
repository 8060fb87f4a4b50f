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
