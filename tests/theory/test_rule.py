"""The rule by which points decide a claim, at its edges."""

from math import inf, nan

import numpy as np
import pytest

from fastdense.theory.points import Claim, exact, judge, mean, predicted, share

Z = 1.959963984540054


def sharp(measured, theory, **claim):
    return judge(Claim("It is.", **claim), [exact("q", "s", 1.0, measured, theory, "c")])


@pytest.mark.parametrize("theory", [2.0, (1.0, 2.0), (-inf, 2.0)])
def test_an_exact_number_is_held_to_the_stated_nearness(theory):
    assert sharp(2.0, theory).verdict == "holds"
    assert sharp(2.0 + 1e-12, theory).verdict == "refuted"
    assert sharp(2.01, theory, absolute=0.02).verdict == "holds"
    assert sharp(2.03, theory, absolute=0.02).verdict == "refuted"
    assert sharp(2.03, theory, relative=0.02).verdict == "holds"
    assert sharp(2.05, theory, relative=0.02).verdict == "refuted"
    for lost in (nan, inf):
        assert sharp(lost, theory).verdict == "refuted"


def test_a_lower_bound_alone_is_one():
    assert sharp(1e300, (0.0, inf)).verdict == "holds"
    assert sharp(-1e-300, (0.0, inf)).verdict == "refuted"


@pytest.mark.parametrize("successes, trials, verdict", [
    (1562, 10_000, "holds"),  # within the resolution
    (16, 100, "undecided"),  # too few to tell
    (2000, 10_000, "refuted"),
    (30, 100, "refuted"),
])  # fmt: skip
def test_a_share_needs_enough_trials_to_hold(successes, trials, verdict):
    point = share("q", "s", 3, successes, trials, 5 / 32, "c")
    assert judge(Claim("5/32.", resolution=0.02), [point]).verdict == verdict


def test_a_share_between_bounds_must_lie_there_with_its_interval():
    claim = Claim("Between.", resolution=0.001)
    for successes, verdict in ((500, "holds"), (405, "undecided"), (300, "refuted")):
        found = judge(claim, [share("q", "s", 3, successes, 1000, (0.4, 0.6), "c")])
        assert found.verdict == verdict, successes


def test_more_points_widen_their_intervals():
    """One of many points may be two standard errors off; alone it may not be four."""
    claim = Claim("1/2.", resolution=0.1)
    off = [share("q", "s", 1, 5150 + 5 * k, 10_000, 0.5, "c") for k in range(0, 25, 8)]
    alone = [judge(claim, [point]).states[0] for point in off]
    among = [judge(claim, [point] * 500).states[0] for point in off]
    assert alone == ["differs"] * 4 and among == ["agrees", "agrees", "differs", "differs"]


def test_a_mean_has_the_interval_of_its_standard_error():
    values = np.array([1.0, 2.0, 3.0, 4.0])
    point = mean("q", "s", 1, values, 2.5, "c")
    reach = Z * np.sqrt(5 / 3) / 2
    assert point.measured == 2.5 and point.samples == 4
    assert point.interval() == pytest.approx((2.5 - reach, 2.5 + reach), rel=1e-12)
    assert judge(Claim("", resolution=2.0), [point]).verdict == "holds"
    assert judge(Claim("", resolution=0.1), [point]).verdict == "undecided"
    assert judge(Claim(""), [mean("q", "s", 1, [1.0], 1.0, "c")]).verdict == "undecided"


def test_all_points_must_agree_and_the_worst_is_shown():
    claim = Claim("2.", absolute=0.1)
    good, bad = (exact("q", "s", at, at, 2.0, "c") for at in (2.0, 7.0))
    assert judge(claim, [good, good]).verdict == "holds"
    found = judge(claim, [good, bad, good])
    assert (found.verdict, found.states) == ("partly", ("agrees", "differs", "agrees"))
    assert found.evidence == "2 of 3 points agree; q, s, 7: 7 against 2"
    assert judge(claim, [bad, bad]).verdict == "refuted"
    assert judge(claim, []).verdict == "undecided"


def test_predictions_in_words():
    assert predicted((0.15625, 0.15625)) == "0.1562"
    assert predicted((0.0, 1.0)) == "0 to 1"
    assert predicted((0.5, inf)) == "at least 0.5" and predicted((-inf, 2.0)) == "at most 2"
