"""The words of verdicts at the boundaries of their rules, and what of them goes into JSON."""

import json
from dataclasses import dataclass
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.judging import plain, verdicts
from fastdense.judging.intervals import median_interval, share_interval
from fastdense.judging.paired import typical
from fastdense.judging.progress import throttled
from fastdense.judging.verdicts import (
    AGREES,
    DIFFERS,
    HOLDS,
    HOW_OFTEN,
    OPEN,
    PARTLY,
    REFUTED,
    SAME,
    UNDECIDED,
)


@pytest.mark.parametrize("how_often", HOW_OFTEN)
@given(ends=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted))
def test_a_share_is_judged_by_its_whole_interval(how_often, ends):
    right, wrong = HOW_OFTEN[how_often]
    low, high = ends
    found = verdicts.of_share(ends, how_often)
    assert (found == HOLDS) == (low >= right)
    assert (found == REFUTED) == (high <= wrong and low < right)
    assert (found == PARTLY) == (wrong <= low < right and high <= right and high > wrong)
    assert found != SAME


@pytest.mark.parametrize("how_often", HOW_OFTEN)
def test_with_fewer_units_nothing_holds(how_often):
    fewest = verdicts.fewest_units(how_often)
    for units in range(2, fewest + 1):
        word = verdicts.of_share(share_interval(np.ones((units, 4))), how_often)
        assert (word == HOLDS) == (units == fewest)


def test_the_least_units():
    found = [verdicts.fewest_units(word) for word in (*HOW_OFTEN, None)]
    assert found == [76, 7, 4, 3, 6]


DIFFERENCES = [  # (low, high), and the words on above, below, at_least, at_most, equals
    ((0.1, 0.2), (HOLDS, REFUTED, HOLDS, REFUTED, REFUTED)),
    ((0.05, 0.2), (HOLDS, REFUTED, HOLDS, REFUTED, REFUTED)),
    ((0.04, 0.2), (UNDECIDED, UNDECIDED, HOLDS, UNDECIDED, UNDECIDED)),
    ((-0.05, 0.05), (SAME, SAME, HOLDS, HOLDS, HOLDS)),
    ((0.0, 0.0), (SAME, SAME, HOLDS, HOLDS, HOLDS)),
    ((-0.06, 0.05), (UNDECIDED, UNDECIDED, UNDECIDED, HOLDS, UNDECIDED)),
    ((-0.2, -0.05), (REFUTED, HOLDS, REFUTED, HOLDS, REFUTED)),
    ((-1.0, 1.0), (UNDECIDED,) * 5),
    ((-inf, inf), (UNDECIDED,) * 5),
]


@pytest.mark.parametrize(("interval", "words"), DIFFERENCES)
def test_a_difference_is_judged_against_the_smallest_that_matters(interval, words):
    relations = "above", "below", "at_least", "at_most", "equals"
    assert tuple(verdicts.of_difference(interval, 0.05, r) for r in relations) == words


def test_without_a_smallest_effect_a_tie_is_no_difference():
    assert verdicts.of_difference((0.0, 0.0), 0.0) == SAME
    assert verdicts.of_difference((1e-9, 1.0), 0.0) == HOLDS
    assert verdicts.of_difference((0.0, 1.0), 0.0) == UNDECIDED


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ([HOLDS], HOLDS),
        ([SAME, SAME], SAME),
        ([HOLDS, REFUTED], PARTLY),
        ([HOLDS, SAME], PARTLY),
        ([HOLDS, PARTLY], PARTLY),
        ([HOLDS, UNDECIDED], UNDECIDED),
        ([HOLDS, UNDECIDED, REFUTED], PARTLY),
        ([REFUTED, SAME], REFUTED),
        ([REFUTED, UNDECIDED], UNDECIDED),
        ([PARTLY, UNDECIDED], PARTLY),
    ],
)
def test_settings_decide_together(words, word):
    assert verdicts.of_all(words) == verdicts.of_all(reversed(words)) == word


STUDIES = 10_000
DESIGNS = [(80, 4), (256, 1), (12, 4)]  # units, and trials of each


def shares(rng, share, alike, units, trials):
    """Studies of a share that differs between units, by a beta distribution: all of it, or none."""
    if alike == 0:
        of_units = np.full((STUDIES, units), share)
    elif alike == 1:
        of_units = (rng.random((STUDIES, units)) < share).astype(float)
    else:
        rest = (1 - alike) / alike
        of_units = rng.beta(share * rest, (1 - share) * rest, (STUDIES, units))
    return rng.random((STUDIES, units, trials)) < of_units[..., np.newaxis]


@pytest.mark.parametrize("alike", [0, 0.3, 1])
@pytest.mark.parametrize(("units", "trials"), DESIGNS)
def test_the_word_on_a_share_is_seldom_wrong(units, trials, alike):
    """At a boundary either side of it is as near to wrong as can be; further away it is rarer."""
    rng = np.random.default_rng([units, round(10 * alike)])
    for boundary in sorted({share for word in HOW_OFTEN.values() for share in word}):
        for share, most in ((boundary, 0.05), (0.9 * boundary, 0.05), (0.5 * boundary, 0.03)):
            studies = shares(rng, share, alike, units, trials)
            ends = np.array(
                [share_interval(one) for one in studies[: STUDIES if share == boundary else 1000]]
            )
            assert (ends[:, 0] >= boundary).mean() <= most, (boundary, share)
            if share == boundary:
                assert (ends[:, 1] <= boundary).mean() <= most, (boundary, share)


@pytest.mark.parametrize("spread", [0.0, 0.2])
@pytest.mark.parametrize(("units", "trials"), DESIGNS)
def test_the_word_on_a_comparison_is_seldom_wrong(units, trials, spread):
    rng = np.random.default_rng([units, round(10 * spread)])
    effect = 0.05
    right = {HOLDS: lambda d: d >= effect, REFUTED: lambda d: d <= -effect,
             SAME: lambda d: abs(d) <= effect, UNDECIDED: lambda d: True}  # fmt: skip
    for difference in (-0.2, -0.051, -0.049, 0.0, 0.03, 0.049, 0.051, 0.2):
        noise = spread * rng.standard_normal((STUDIES, units, 1))
        studies = difference + noise + 0.1 * rng.standard_t(2, (STUDIES, units, trials))
        words = [verdicts.of_difference(median_interval(typical(one)), effect) for one in studies]
        wrong = np.mean([not right[word](difference) for word in words])
        assert wrong <= 0.05, difference
        if abs(difference) == 0.2 and units >= 80:
            assert np.mean([word in (HOLDS, REFUTED) for word in words]) > 0.9


@pytest.mark.parametrize(
    "states, word",
    [
        ([], UNDECIDED),
        ([AGREES], HOLDS),
        ([AGREES, AGREES], HOLDS),
        ([AGREES, OPEN], UNDECIDED),
        ([AGREES, DIFFERS], PARTLY),
        ([AGREES, DIFFERS, OPEN], PARTLY),
        ([OPEN, DIFFERS], REFUTED),
        ([OPEN], UNDECIDED),
        ([DIFFERS], REFUTED),
    ],
)
def test_points_decide_together(states, word):
    assert verdicts.of_states(states) == word


def test_a_verdict_as_json():
    @dataclass(frozen=True)
    class Counted(verdicts.Verdict):
        count: int

        def numbers(self):
            return {"count": self.count}

    claim = SimpleNamespace(to_dict=lambda: {"text": "It does.", "source": "Nobody"})
    found = Counted(claim, HOLDS, "all of them", 3).to_dict()
    assert list(found) == ["text", "source", "verdict", "count", "evidence"]
    assert (found["verdict"], found["count"]) == ("holds", 3)
    assert verdicts.percent(0.75, 0.3006, 0.9544) == "75% [30%, 95%]"


def test_numbers_as_json():
    values = [1, np.float32(0.5), nan, inf, -inf, None]
    assert [plain.number(v) for v in values] == [1.0, 0.5, "nan", "inf", "-inf", None]
    assert plain.numbers((0.25, inf)) == [0.25, "inf"] and plain.numbers(None) is None
    json.dumps([plain.numbers([nan, -0.0]), plain.heading()], allow_nan=False)
    assert plain.heading()["schema_version"] == plain.SCHEMA_VERSION


def test_progress_is_told_now_and_then_and_at_the_end(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    told = []
    report = throttled(lambda *given: told.append(given), seconds=0.1)
    for done in range(1, 11):
        report(done, 10)
        now[0] += 0.04
    assert told == [(1, 10), (4, 10), (7, 10), (10, 10)]
    report(10, 10)
    assert told[-2:] == [(10, 10), (10, 10)]  # the end is told at once
    throttled()(1, 1)
