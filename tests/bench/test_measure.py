"""Workers that lie, crash or are not there are reported, and the others go on."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from fastdense.errors import FastdenseError
from fastdense_bench import cells, kept, measure, peak, peers, startup, suite, table
from fastdense_bench.measure import Effort
from fastdense_bench.workloads import Workload

HERE = Path(__file__).parent
TINY = Workload((1, 4, 1), "tanh", "sgd", 16, 64, 0.1)
PREDICTION = Workload((2, 4, 1), "relu", "", 3, 3)
EFFORT = Effort(repeats=3, seconds=0.01, order="shuffled")
ODD = ("wrong", "crashing", "raising", "missing")


def nobody(done, total):
    """Reports to nobody."""


@pytest.fixture(scope="module")
def results():
    """Sound peers and odd ones, on a training and a prediction."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE))
        patch.syspath_prepend(str(HERE))
        sound = [p for p in peers.find() if p.name in ("fastdense", "numpy")]
        odd = [peers.load(f"peer_{name}") for name in ODD]
        return suite.run([TINY, PREDICTION], sound + odd, "1", EFFORT, 0, nobody)


def by_peer(results, row):
    return {one["peer"]: one for one in results["workloads"][row]["results"]}


def test_who_is_sound_is_timed(results):
    for row, workload in enumerate((TINY, PREDICTION)):
        for name in ("fastdense", "numpy"):
            one = by_peer(results, row)[name]
            times = one["microseconds_per_step"]
            assert one["status"] == "ok" and one["steps_per_repeat"] >= workload.steps
            assert 0 < times["minimum"] <= times["median"] <= times["maximum"]
            assert len(times["repeats"]) == 3 and 0 < one["share_of_peak"] < 1
            assert one["first_call_seconds"] > 0 and one["import_seconds"] >= 0
        (comparison,) = results["workloads"][row]["comparisons"]
        medians = [
            by_peer(results, row)[name]["microseconds_per_step"]["median"]
            for name in ("numpy", "fastdense")
        ]
        assert comparison["best_peer"] == "numpy"
        assert comparison["ratio"] == pytest.approx(medians[0] / medians[1])


def test_a_wrong_rate_is_not_timed(results):
    wrong = by_peer(results, 0)["wrong"]
    assert wrong["status"] == "disagrees" and "fastdense's is" in wrong["reason"]
    assert "microseconds_per_step" not in wrong


def test_a_crash_and_an_error_are_reported(results):
    crashing, raising = (by_peer(results, 0)[name] for name in ("crashing", "raising"))
    assert crashing["status"] == raising["status"] == "failed"
    assert crashing["reason"] == "ended with exit code 7: Illegal instruction"
    assert raising["reason"] == "MemoryError: too large"


def test_who_cannot_predict_is_absent_from_predictions(results):
    assert by_peer(results, 1)["wrong"]["status"] == "absent"


def test_who_is_missing_is_named_with_the_line_that_installs_it(results):
    assert results["missing"] == [{"peer": "missing", "install": "pip install missing"}]
    assert "missing is not installed: pip install missing" in table.markdown(results)


def test_every_field_is_documented_and_strict_json(results):
    json.dumps(results, allow_nan=False)
    text = (HERE.parents[1] / "docs" / "json.md").read_text().partition("The JSON of `bench`")[2]
    named = set(re.findall(r"[`\"](\w+)[`\"]", text))
    assert set(results) <= named and set(results["machine"]) <= named
    for row in results["workloads"]:
        assert set(row) | set(row["comparisons"][0]) <= named
        for one in row["results"]:
            assert set(one) | set(one.get("microseconds_per_step", ())) <= named


def test_the_table_has_a_row_for_each_workload_and_all_remarks(results):
    assert cells.header(results)[-7:-3] == ["numpy", "wrong", "crashing", "raising"]
    rows = list(cells.lines(results))
    assert {len(row) for row in rows} == {len(cells.header(results))}
    assert [row[0] for row in rows] == [TINY.name, PREDICTION.name]
    assert rows[0][-6:-3] == ["disagrees", "failed", "failed"] and rows[1][-6:-3] == [".", ".", "."]
    assert len(cells.remarks(results)) == 4
    assert all(remark in table.markdown(results) for remark in cells.remarks(results))


def test_a_reader_learns_the_machine_and_the_versions(results):
    line = cells.machine_line(results)
    for word in (results["machine"]["cpu"], "numpy " + np.__version__, "GFLOP/s with 1 thread"):
        assert word in line


def test_the_chains_are_multiply_adds():
    chains, _engine = peak.compile_chains()
    out = np.zeros((peak.CHAINS, peak.WIDTH), np.float32)
    chains(2, 0.5, out.ctypes.data)
    expected = np.arange(peak.CHAINS, dtype=np.float32)
    for _ in range(2 * peak.UNROLLED):
        expected = expected * np.float32(0.5) + np.float32(0.5)
    np.testing.assert_allclose(out, np.repeat(expected[:, None], peak.WIDTH, axis=1))


def test_the_start_up_is_measured_in_processes_against_its_goals(monkeypatch):
    for name in ("TRAIN", "COMMAND"):
        monkeypatch.setattr(startup, name, [sys.executable, "-S", "-c", "pass"])
    figures = startup.measure(2)
    assert [figure["goal_seconds"] for figure in figures] == [10.0, 0.8, 0.8]
    assert all(len(figure["seconds"]["repeats"]) == 2 for figure in figures)


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch):
    file, both = str(tmp_path / "rows.json"), [TINY, PREDICTION]
    sound = [p for p in peers.find() if p.name in ("fastdense", "numpy")]
    really, measured = suite.measure, []

    def until_interrupted(workload, *others):
        if workload == PREDICTION:
            raise KeyboardInterrupt
        measured.append(workload)
        return really(workload, *others)

    monkeypatch.setattr(suite, "measure", until_interrupted)
    with pytest.raises(KeyboardInterrupt):
        suite.run(both, sound, "1", EFFORT, 0, nobody, file)
    first = json.loads(Path(file).read_text())["parts"][TINY.name]

    def uninterrupted(workload, *others):
        measured.append(workload)
        return really(workload, *others)

    monkeypatch.setattr(suite, "measure", uninterrupted)
    whole = suite.run(both, sound, "1", EFFORT, 0, nobody, file)
    assert measured == both
    assert [row["workload"] for row in whole["workloads"]] == [TINY.name, PREDICTION.name]
    times = [one["microseconds_per_step"] for one in first["results"]]
    assert [one["microseconds_per_step"] for one in whole["workloads"][0]["results"]] == times
    again = suite.run(both, sound, "1", EFFORT, 0, nobody, file)
    assert again == whole and measured == both


def test_rows_of_other_conditions_are_not_mixed(tmp_path):
    file = tmp_path / "rows.json"
    ours = [p for p in peers.find() if p.name == "fastdense"]
    suite.run([PREDICTION], ours, "1", EFFORT, 0, nobody, str(file))
    before = file.read_bytes()
    for effort in (Effort(4, 0.01, "shuffled"), Effort(3, 0.01, "given")):
        with pytest.raises(FastdenseError, match="was .* and is .*; give another file"):
            suite.run([PREDICTION], ours, "1", effort, 0, nobody, str(file))
    for content in ("", "[]", '{"parts": 3}', "\N{SNOWMAN}"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(FastdenseError, match="is not a file that --resume wrote"):
            suite.run([PREDICTION], ours, "1", EFFORT, 0, nobody, str(file))
        assert file.read_text(encoding="utf-8") == content
    file.write_bytes(before)
    suite.run([PREDICTION], ours, "1", EFFORT, 0, nobody, str(file))
    with pytest.raises(FastdenseError, match="its folder does not exist"):
        suite.run([PREDICTION], ours, "1", EFFORT, 0, nobody, str(tmp_path / "no" / "rows.json"))


def test_a_row_in_which_a_peer_failed_is_measured_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.syspath_prepend(str(HERE))
    file = tmp_path / "rows.json"
    pair = [*(p for p in peers.find() if p.name == "fastdense"), peers.load("peer_crashing")]
    suite.run([PREDICTION, TINY], pair, "1", EFFORT, 0, nobody, str(file))
    assert list(json.loads(file.read_text())["parts"]) == [PREDICTION.name]


def test_sources_that_change_meanwhile_end_the_run(tmp_path, monkeypatch):
    file = tmp_path / "rows.json"
    digests = iter("aab")
    monkeypatch.setattr(kept, "_sources", lambda: next(digests))
    rows = kept.Kept(file, {"order": "given"})
    assert rows.part("one", lambda: 1) == 1
    with pytest.raises(FastdenseError, match="were edited while it was measured"):
        rows.part("two", lambda: 2)
    assert json.loads(file.read_text())["parts"] == {"one": 1}


def test_a_loss_that_is_not_finite_is_null_in_json():
    entries = [measure.Entry(peer=None, cores=[0]) for _ in range(2)]
    for entry, loss in zip(entries, (0.5, float("nan")), strict=True):
        entry.result |= {"status": "ok", "agreement_loss": loss}
    measure._agree(entries)
    assert [entry.result["status"] for entry in entries] == ["ok", "disagrees"]
    assert entries[1].result["agreement_loss"] is None and "nan" in entries[1].result["reason"]
