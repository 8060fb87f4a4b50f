"""`sweep show`, `export` and `plot` at a terminal: what they print, and one sentence otherwise."""

import csv
import json
import os
import pty
import sqlite3
import subprocess
import sys

import pyarrow.parquet
import pytest
from stores import make
from terminal import call, process

GRID = {"learning_rate": [0.001, 0.01, 0.1], "network.hidden": [4, [8, 8]]}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two sweeps: one complete, then one that is not."""
    path = tmp_path_factory.mktemp("files") / "a.db"
    make(path, GRID, seeds=4, measures=["excess"])
    make(path, {"learning_rate": [0.5, 1.0]}, seeds=800, missing=0.25)
    return path


def test_show_says_how_many_and_which_shares(store):
    answer = call("sweep", "show", store, "--sweep", 1)
    assert (answer.code, answer.err) == (0, "")
    first, *rest = answer.out.splitlines()
    assert first.startswith("sweep 1, sweep, began 20") and first.endswith(": 24 runs")
    assert answer.out.count(" 8-8 ") == 3 and "learning_rate" in answer.out
    assert "95% intervals" in answer.out


def test_an_unfinished_sweep_says_so(store):
    """The last sweep is the one that is shown."""
    plain = call("sweep", "show", store, "--json").json["sweep"]
    assert plain["id"] == 2 and not plain["complete"] and plain["total_runs"] == 1600
    first = call("sweep", "show", store).out.splitlines()[0]
    assert first.endswith(f": {plain['runs']:,} of 1,600 runs")


def test_show_groups_and_filters(store):
    line = "sweep", "show", store, "--sweep", 1
    plain = call(*line, "--by", "hidden", "--where", "learning_rate>=0.01", "--json").json
    assert plain["axes"] == [{"path": "network.hidden", "values": [4, [8, 8]]}]
    assert plain["runs"] == 16 and plain["cells"] == 2 and plain["sweep"]["runs"] == 24
    assert [group["values"] for group in plain["groups"]] == [[4], [[8, 8]]]
    assert [group["runs"] for group in plain["groups"]] == [8, 8]
    for group in plain["groups"]:
        assert sum(group["outcomes"].values()) == pytest.approx(1)
        assert set(group["outcome_intervals"]) == set(group["outcomes"])
    text = call(*line, "--where", "learning_rate >= 0.01", "--where", "seed=1").out
    assert ": 24 runs, 4 where learning_rate >= 0.01 and seed=1" in text.splitlines()[0]


def test_rows_that_are_not_shown_are_counted(store, tmp_path):
    text = call("sweep", "show", store, "--sweep", 1, "--limit", 2).out
    assert "2 of 6 rows are shown" in text and "0.01" in text
    assert "8-8" not in text
    assert "rows are shown" not in call("sweep", "show", store, "--sweep", 1, "--limit", 6).out
    plain = call("sweep", "show", store, "--sweep", 1, "--limit", 2, "--json").json
    assert (len(plain["groups"]), plain["cells"]) == (2, 6)
    make(tmp_path / "a.db", {"learning_rate": "log:1e-5:1:150"}, seeds=1)
    text = call("sweep", "show", tmp_path / "a.db").out
    assert "100 of 150 rows are shown" in text and len(text.splitlines()) < 110
    assert len(call("sweep", "show", tmp_path / "a.db", "--json").json["groups"]) == 150


def test_no_run_is_no_failure(store):
    answer = call("sweep", "show", store, "--where", "seed>10000")
    assert (answer.code, answer.err, len(answer.out.splitlines())) == (0, "", 1)
    assert " 0 where seed>10000" in answer.out
    assert call("sweep", "show", store, "--where", "seed>10000", "--json").json["groups"] == []


def test_the_sweeps_of_a_file_are_listed(store):
    plain = call("sweep", "show", store, "--list", "--json").json
    assert [sweep["id"] for sweep in plain["sweeps"]] == [1, 2]
    assert [sweep["complete"] for sweep in plain["sweeps"]] == [True, False]
    axes = plain["sweeps"][0]["axes"]
    assert {axis["path"]: axis["values"] for axis in axes} == {
        "network.hidden": [4, [8, 8]],
        "recipe.learning_rate": [0.001, 0.01, 0.1],
    }
    text = call("sweep", "show", store, "--list").out
    assert " 24 runs " in text and "of 1,600 runs" in text and "learning_rate: 0.5, 1" in text


def test_every_json_field_is_documented(store):
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text()
    text = text[text.index("# The JSON of `sweep`") :]
    plain = call("sweep", "show", store, "--json").json
    names = {*plain, *plain["sweep"], *plain["groups"][0]}
    names |= {*call("sweep", "show", store, "--list", "--json").json}
    dry = "sweep", "zero-rate", "--grid", "learning_rate=0.1", "--dry-run", "--json"
    names |= {*call(*dry).json}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("form, lines", [("--csv", 25), ("--jsonl", 24)])
def test_export_goes_to_standard_output(form, lines, store):
    answer = process("sweep", "export", store, form, "--sweep", 1)
    assert (answer.code, answer.err, len(answer.out.splitlines())) == (0, "", lines)


def test_export_writes_a_whole_file(store, tmp_path):
    out = tmp_path / "runs.parquet"
    answer = call("sweep", "export", store, "--parquet", "--out", out, "--where", "seed<100")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    table = pyarrow.parquet.read_table(out)
    assert set(table["seed"].to_pylist()) <= set(range(100)) and table.num_rows > 100
    assert [path.name for path in tmp_path.iterdir()] == ["runs.parquet"]
    out = tmp_path / "runs.csv"
    assert call("sweep", "export", store, "--csv", "--curves", "--out", out).code == 0
    with out.open(newline="") as file:
        row = next(csv.DictReader(file))
    assert len(row["curve_epochs"].split()) == len(row["curve_loss"].split()) > 10


def test_parquet_goes_into_a_pipe_and_not_to_a_terminal(store, tmp_path):
    command = [sys.executable, "-m", "fastdense_cli", "sweep", "export", str(store), "--parquet"]
    with (tmp_path / "a.parquet").open("wb") as file:
        cat = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file)
        subprocess.run(command, stdout=cat.stdin, check=True)
        cat.stdin.close()
        assert cat.wait() == 0
    rows = pyarrow.parquet.read_table(tmp_path / "a.parquet").num_rows
    assert rows == call("sweep", "show", store, "--json").json["runs"]
    ours, theirs = pty.openpty()
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2 and "give --out FILE or a pipe" in done.stderr


@pytest.mark.parametrize("form", ["--csv", "--jsonl", "--parquet"])
def test_a_closed_pipe_is_no_failure_worth_a_word(form, store):
    line = f"{sys.executable} -m fastdense_cli sweep export {store} --curves {form} | head -c 100"
    done = subprocess.run(["bash", "-c", line], capture_output=True)
    assert done.stderr == b"" and len(done.stdout) == 100


def test_a_picture_is_drawn(store, tmp_path):
    for line in (["--sweep", 1], ["--by", "learning_rate", "--outcome", "diverged, slow"]):
        out = tmp_path / "a.svg"
        answer = call("sweep", "plot", store, "--out", out, *line)
        assert (answer.code, answer.out, answer.err) == (0, "", "")
        assert out.read_bytes().startswith(b"<?xml")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


COMMANDS = {
    "show": ["show"],
    "export": ["export", "--csv", "--out", "out"],
    "plot": ["plot", "--out", "out.png"],
}


def other(path, application=0, version=1):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE things (a)")
    db.execute(f"PRAGMA application_id = {application}")
    db.execute(f"PRAGMA user_version = {version}")
    db.close()


FILES = {
    "none.db": (lambda path: None, "none.db does not exist; give the store of a sweep"),
    "folder": (lambda path: path.mkdir(), "folder is a folder"),
    "notes.txt": (lambda path: path.write_text("words " * 30), "file is not a database"),
    "empty": (lambda path: path.write_text(""), "empty is not a store of sweeps"),
    "other.db": (other, "other.db is not a store of sweeps; give another file"),
    "later.db": (lambda path: other(path, 0x66647377, 99), "is a store of version 99"),
    "x" * 300: (lambda path: None, "cannot read"),
    "nul\0": (lambda path: None, "does not exist"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_store_gets_one_sentence(name, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_it, expected = FILES[name]
    make_it(tmp_path / name) if "\0" not in name and len(name) < 99 else None
    before = sorted(tmp_path.iterdir())
    first, *rest = COMMANDS[command]
    assert expected in call("sweep", first, name, *rest).sentence
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_store_without_a_sweep_gets_one_sentence(command, tmp_path, monkeypatch):
    from fastdense.sweeps.store.writer import Store

    monkeypatch.chdir(tmp_path)
    with Store("a.db"):
        pass
    first, *rest = COMMANDS[command]
    assert "the store holds no sweep yet" in call("sweep", first, "a.db", *rest).sentence
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
    assert call("sweep", "show", "a.db", "--list", "--json").json["sweeps"] == []


REFUSED = {
    ("show", "--by", "width"): "unknown axis 'width'",
    ("show", "--where", "width=3"): "unknown column 'width'",
    ("show", "--where", "learning_rate"): "is no condition",
    ("show", "--sweep", "7"): "the store has no sweep 7; its sweeps are 1 to 2",
    ("export",): "give one of --csv, --jsonl and --parquet",
    ("export", "--csv", "--jsonl"): "give one of --csv, --jsonl and --parquet",
    ("export", "--csv", "--out", "no/where"): "its folder does not exist",
    ("export", "--csv", "--out", "."): "it is a folder",
    ("export", "--csv", "--out", "a.csv", "--where", "outcome=stuck"): "unknown outcome 'stuck'",
    ("plot", "--out", "a.pdf"): "give a file.png or a file.svg",
    ("plot", "--out", "a.png", "--outcome", "stuck"): "unknown outcome 'stuck'",
    ("plot", "--out", "a.png", "--where", "seed>10000"): "there are no such runs to draw",
}


@pytest.mark.parametrize("line", REFUSED, ids=" ".join)
def test_what_cannot_be_done_gets_one_sentence(line, store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert REFUSED[line] in call("sweep", line[0], store, *line[1:]).sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line, extra", [
    (["export", "--parquet", "--out", "out"], "fastdense[parquet]"),
    (["plot", "--out", "a.png"], "fastdense[plot]"),
])  # fmt: skip
def test_a_missing_package_gets_the_line_that_installs_it(
    line, extra, store, tmp_path, monkeypatch
):
    import importlib.util

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert f"pip install '{extra}'" in call("sweep", line[0], store, *line[1:]).sentence
    assert list(tmp_path.iterdir()) == []


def test_json_is_that_of_the_runs(store):
    lines = process("sweep", "export", store, "--jsonl", "--sweep", 1).out.splitlines()
    runs = [json.loads(line) for line in lines]
    plain = call("sweep", "show", store, "--sweep", 1, "--json").json
    for group in plain["groups"]:
        of = [
            run["outcome"]
            for run in runs
            if [run["network.hidden"], run["recipe.learning_rate"]] == group["values"]
        ]
        assert len(of) == group["runs"]
        assert group["outcomes"] == {o: of.count(o) / len(of) for o in group["outcomes"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_subcommand_has_help(command):
    answer = call("sweep", command, "--help")
    assert (answer.code, answer.err) == (0, "") and "--where" in answer.out
