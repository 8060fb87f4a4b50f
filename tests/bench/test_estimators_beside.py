"""`fastdense bench sklearn` fits both, in the same way, and prints what it measured."""

import numpy as np
import terminal
from pages import FITS

from fastdense_bench.estimators import calibration, compare
from fastdense_bench.estimators.cases import CASES


def test_a_quick_run_says_what_both_do():
    done = terminal.call("bench", "sklearn", "--quick", "--repeats", "1", "--json")
    assert done.code == 0, done.err
    results = done.json
    assert [*results["cases"]] == ["iris"] and results["repeats"] == 1
    theirs, ours, single = results["cases"]["iris"].values()
    assert theirs["epochs"] == ours["epochs"] > 20
    assert theirs["score"] == ours["score"] > 0.9
    assert all(found["seconds"] > 0 for found in (theirs, ours, single))
    page = compare.markdown(results)
    assert page.count("\n| iris |") == 1 and "scikit-learn 1." in page


def test_a_narrow_terminal_breaks_no_title(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(compare, "run", lambda *given: FITS)
    lines = terminal.call("bench", "sklearn").out.splitlines()
    assert max(map(len, lines)) <= 80
    words = " ".join(" ".join(lines).split())
    assert "scikit-learn, ms 80.0; fastdense, ms 8.0; times as fast 10.0" in words


def test_intervals_of_an_ensemble_cover_more_than_those_of_one_network():
    found = calibration.measure(calibration.NAMES[1], splits=2)
    assert [*found] == [*calibration.METHODS]
    assert found["ensemble"]["coverage"] > 0.7 > found["one network"]["coverage"]
    assert found["ensemble"]["log_likelihood"] > found["one network"]["log_likelihood"]
    assert all(x.shape[0] == len(y) for x, y in calibration.data_sets().values())


def test_cases_are_scaled_and_held_back():
    for case in CASES[:2]:
        x, y, held, known = case.rows()
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
        assert len(x) == len(y) > 2 * len(held) == 2 * len(known)
