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
from fastdense.judging.intervals import wilson
from fastdense.judging.paired import Pairs
from fastdense.judging.progress import throttled
from fastdense.judging.verdicts import AGREES, DIFFERS, HOLDS, PARTLY, REFUTED, UNDECIDED


@given(trials=st.integers(1, 400), needed=st.sampled_from([0.05, 0.25, 0.5, 0.95]))
def test_more_successes_never_make_a_verdict_worse(trials, needed):
    order = [REFUTED, PARTLY, HOLDS]
    ranks = [order.index(verdicts.of_share(k, trials, needed)) for k in range(trials + 1)]
    assert ranks == sorted(ranks)


@given(trials=st.integers(1, 300), data=st.data())
def test_a_share_is_judged_by_its_whole_interval(trials, data):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials)
    assert verdicts.of_share(successes, trials, low) == HOLDS
    above = np.nextafter(low, 1.0)
    assert verdicts.of_share(successes, trials, above) == (REFUTED if high <= 0.05 else PARTLY)


@pytest.mark.parametrize("needed, fewest", [(0.95, 73), (0.5, 4), (0.25, 2), (0.05, 1)])
def test_with_fewer_trials_nothing_is_decided(needed, fewest):
    assert verdicts.fewest_trials(needed) == fewest
    for trials in range(1, fewest):
        words = {verdicts.of_share(k, trials, needed) for k in range(trials + 1)}
        assert words == {PARTLY}


def test_pairs_at_the_boundary_of_significance():
    assert verdicts.fewest_pairs() == 7 and verdicts.fewest_pairs(0.05) == 5
    for wins, losses, word in ((6, 0, PARTLY), (7, 0, HOLDS), (0, 6, PARTLY), (0, 7, REFUTED)):
        assert verdicts.of_pairs(Pairs(wins, losses, 7)) == word
    assert verdicts.of_pairs(Pairs(5, 0, 5), significance=0.05) == HOLDS
    # Ties alone: never better, by the interval of that.
    assert verdicts.of_pairs(Pairs(0, 0, 72)) == PARTLY
    assert verdicts.of_pairs(Pairs(0, 0, 73)) == REFUTED


@given(wins=st.integers(0, 60), losses=st.integers(0, 60))
def test_a_comparison_and_its_reverse_cannot_both_hold(wins, losses):
    trials = max(wins + losses, 1)
    words = {
        verdicts.of_pairs(Pairs(wins, losses, trials)),
        verdicts.of_pairs(Pairs(losses, wins, trials)),
    }
    assert words in ({PARTLY}, {HOLDS, REFUTED})


@pytest.mark.parametrize(
    "states, word",
    [
        ([], PARTLY),
        ([AGREES], HOLDS),
        ([AGREES, AGREES], HOLDS),
        ([AGREES, UNDECIDED], PARTLY),
        ([AGREES, DIFFERS], PARTLY),
        ([UNDECIDED, DIFFERS], REFUTED),
        ([UNDECIDED], PARTLY),
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
    assert verdicts.share_text(3, 4) == "75% of 4 seeds [30%, 95%]"
    assert verdicts.share_text(1, 1, "starts") == "100% of 1 starts [21%, 100%]"


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
