"""`fastdense sweep`: the plan, the table, the exit codes, and a user who presses Ctrl-C."""

import json
import signal
import subprocess
import sys
import time

import pytest
from terminal import call, process

from fastdense.sweeps import estimate
from fastdense.sweeps.grid import read_grid
from fastdense.sweeps.plan import Base, make_plan
from fastdense.sweeps.store.connection import connect
from fastdense.sweeps.sweep import Progress
from fastdense_cli.console import sweeping

TABLES = """
seeds = 6
[data]
name = "inline"
x = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [0, 1, 1, 0]
[network]
hidden = [3]
activation = "tanh"
[recipe]
batch_size = "full"
epochs = 20
"""
GRID = "--grid", "learning_rate=0.1,1", "--grid", "network.hidden=2,3"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "xor.toml"
    path.write_text(TABLES)
    return path


def test_it_prints_the_outcomes_of_every_cell(file):
    answer = call("sweep", file, *GRID)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    (head,) = [line for line in lines if "network.hidden" in line]
    assert "learning_rate" in head and "runs" in head and "median loss" in head
    rows = [line.split()[:3] for line in lines[lines.index(head) + 2 :]]
    for row in (["2", "0.1", "6"], ["2", "1", "6"], ["3", "0.1", "6"], ["3", "1", "6"]):
        assert row in rows


def test_measures_that_are_kept_are_shown(file, tmp_path):
    store = tmp_path / "runs.db"
    kept = ("--measure", "swing", "--measure", "loss_left", "--store", store)
    first = call("sweep", file, *GRID, *kept)
    shown = call("sweep", "show", store)
    plain = call("sweep", "show", store, "--json").json
    for answer in (first, shown):
        assert "swing" in answer.out and "loss_left" in answer.out and "quartile" in answer.out
    for group in plain["groups"]:
        found = group["measures"]["loss_left"]
        assert found["p25"] <= found["median"] <= found["p75"]
        text = "{median:.3g} [{p25:.3g}, {p75:.3g}]".format(**found)
        assert text in " ".join(shown.out.split())
    assert "quartile" not in call("sweep", file, *GRID).out


def test_json_is_its_table(file):
    found = call("sweep", file, *GRID, "--json").json
    assert found["runs"] == 24
    assert [axis["path"] for axis in found["axes"]] == ["network.hidden", "recipe.learning_rate"]
    assert [group["values"] for group in found["groups"]] == [[2, 0.1], [2, 1], [3, 0.1], [3, 1]]
    for group in found["groups"]:
        assert sum(group["outcomes"].values()) == pytest.approx(1)
        assert group["runs"] == 6


def test_run_may_be_said_or_not(file):
    assert call("sweep", "run", file, *GRID) == call("sweep", file, *GRID)
    assert call("sweep", *GRID, file) == call("sweep", file, *GRID)


def test_a_dry_run_trains_and_writes_nothing(file, tmp_path):
    answer = call("sweep", file, *GRID, "--dry-run", "--store", tmp_path / "store")
    assert answer.code == 0 and not (tmp_path / "store").exists()
    assert "24" in answer.out and "6 seeds each" in answer.out
    plan = call("sweep", file, *GRID, "--dry-run", "--json", "--workers", 3).json
    assert (plan["cells"], plan["runs"], plan["groups"], plan["packs"]) == (4, 24, 2, 2)
    assert plan["workers"] == 3 and plan["estimated_seconds"] > 0 and plan["estimated_bytes"] > 24


def test_the_estimate_follows_what_a_trial_of_the_groups_takes(file, monkeypatch):
    """Of those that are tried it is exact, of those between it follows the model."""
    grid = "--grid", "network.hidden=lin:1:20:20", "--workers", 1, "--seeds", 5
    for pace in (1.0, 40.0):

        def measured(group, pace=pace):
            return pace * estimate._modeled(group.task)

        monkeypatch.setattr(estimate, "_measured", measured)
        about = call("sweep", file, *grid, "--dry-run", "--json").json["estimated_seconds"]
        groups = make_plan(Base(str(file)), read_grid(["network.hidden=lin:1:20:20"])).groups
        expected = sum(measured(group) + estimate.RUN_SECONDS for group in groups)
        assert about == pytest.approx(5 * expected)


def test_a_store_is_gone_on_with(file, tmp_path):
    store = tmp_path / "store"
    first = call("sweep", file, *GRID, "--store", store)
    assert first.code == 0
    assert "exists; go on with --resume" in call("sweep", file, *GRID, "--store", store).sentence
    assert call("sweep", file, *GRID, "--store", store, "--resume") == first
    more = call("sweep", file, *GRID, "--store", store, "--resume", "--seeds", 9, "--json").json
    assert more["runs"] == 36
    assert count(store) == 36


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ((), "the grid is empty; give at least one axis"),
        (("--grid", "learning_rate"), "is no axis; expected PATH=VALUES"),
        (("--grid", "lerning_rate=1"), "did you mean 'recipe.learning_rate'?"),
        (("--grid", "network.width=1"), "unknown path 'network.width'"),
        (("--grid", "learning_rate=-1,1"), "expected at least 0"),
        (("--grid", "l2=lin:0:1"), "expected lin:FROM:TO:COUNT"),
        (("--grid", "epochs=lin:1:100000:100000", "--seeds", "10000"),
         "the grid has 1,000,000,000 runs; say --yes if you mean it"),
        (("--grid", "l2=0", "--arm", "b"), "unknown arm"),
        (("--grid", "l2=0", "--measure", "sharpnes"), "did you mean 'sharpness'?"),
        (("--grid", "l2=0", "--store", "/no/such/folder/x"), "its folder does not exist"),
        (("--grid", "l2=0", "--workers", "0"), "0 is not in the range"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(arguments, sentence, file):
    assert sentence in call("sweep", file, *arguments).sentence


@pytest.mark.parametrize(
    "claim, sentence",
    [
        ('txt = "It learns."\ntests = [{ outcome = "converged" }]', "did you mean 'text'?"),
        ('tests = [{ outcom = "converged" }]', "unknown measure"),
        ('tests = [{ arm = "b", outcome = "converged" }]', "unknown arm of a claim 'b'"),
    ],
)
def test_claims_are_read_though_nothing_judges_them(claim, sentence, file):
    file.write_text(f"{file.read_text()}\n[[claims]]\n{claim}\n")
    said = call("sweep", file, *GRID).sentence
    assert sentence in said and said == call("run", file).sentence


def test_an_unknown_scenario_or_none(tmp_path):
    assert "unknown scenario 'xor-pleateau'" in call("sweep", "xor-pleateau", *GRID).sentence
    assert "Missing argument" in call("sweep", *GRID).sentence
    assert "does not exist" in call("sweep", tmp_path / "no.toml", *GRID).sentence


def long_sweep(file, store):
    """A sweep of minutes in a process of its own, some of it already in the store."""
    arguments = [file, "--grid", "learning_rate=log:1e-3:1:40", "--seeds", "20000"]
    child = subprocess.Popen(
        [sys.executable, "-m", "fastdense_cli", "sweep", *arguments, "--store", store],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.1)
        if count(store):
            return child
    child.kill()
    raise AssertionError(child.communicate())


def count(store):
    try:
        with connect(store) as db:
            return db.execute("SELECT count(*) FROM runs").fetchone()[0]
    except ValueError:  # it, or its tables, are not there yet
        return 0


def test_ctrl_c_finishes_what_runs_and_keeps_it(file, tmp_path):
    store = tmp_path / "store"
    child = long_sweep(file, store)
    before = count(store)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    kept = count(store)
    assert (child.returncode, out) == (130, "")
    assert err.strip() == (
        f"Interrupted: {kept} of 800000 runs are in {store}; "
        "the same command with --resume goes on."
    )
    assert kept >= before > 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store", "xor.toml"]


def test_a_store_that_is_removed_while_a_sweep_writes_gets_one_sentence(file, tmp_path):
    store = tmp_path / "store"
    child = long_sweep(file, store)
    store.unlink()
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out) == (2, "")
    assert err.splitlines()[-1] == (
        f"Error: {store} was moved or removed while the sweep wrote to it; put it back and go on "
        "with --resume, or sweep again into another file"
    )
    assert "Traceback" not in err


def test_ctrl_c_twice_stops_at_once(tmp_path):
    path, store = tmp_path / "long.toml", tmp_path / "store"
    path.write_text(TABLES.replace("epochs = 20", "epochs = 1000000000"))
    short = tmp_path / "short.toml"
    short.write_text(TABLES)
    assert call("sweep", short, *GRID, "--store", store).code == 0
    before = count(store)
    child = subprocess.Popen(
        [sys.executable, "-m", "fastdense_cli", "sweep", path, *GRID, "--store", store, "--resume"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(3)
    child.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):  # it finishes what runs, for hours
        child.communicate(timeout=2)
    child.send_signal(signal.SIGINT)
    started = time.monotonic()
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (130, "", "\nInterrupted.\n")
    assert time.monotonic() - started < 10
    assert count(store) == before


def test_help_names_the_subcommands():
    answer = process("sweep", "--help")
    assert answer.code == 0 and "run" in answer.out
    assert "--grid" in process("sweep", "run", "--help").out
    assert json.loads(process("sweep", "rate-adam", "--grid", "l2=0", "--seeds", "1",
                              "--arm", "rate-0.1", "--json").out)["runs"] == 1  # fmt: skip


def test_waiting_is_said_once_each_time_beside_what_is_given_up(capsys):
    with sweeping("a plan") as report:
        for waiting, skipped in (
            ("", 0),
            ("It waits.", 0),
            ("It waits.", 1),
            ("", 1),
            ("It waits.", 1),
        ):
            report(Progress(9, waiting=waiting, skipped=["8 runs are left out."] * skipped))
    assert capsys.readouterr().err == "It waits.\n8 runs are left out.\nIt waits.\n"
