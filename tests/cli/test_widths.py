"""What is printed fits the terminal, and is nothing but text where it is not for one."""

import json
import os
import pty
import re
import select
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from terminal import call

from fastdense import catalogue, theory
from fastdense.reports.arms import compact
from fastdense.reports.tables import outcomes
from fastdense.scenarios.scenario import load, names

pyte = pytest.importorskip("pyte", reason="pyte is not installed")
WIDTHS = 80, 120
PASTED = re.compile(r"^(Behind the same command|In Python|In Keras|In PyTorch):$")
STUCK = """
data = { name = "sine", count = 64 }
network = { hidden = [16, 16, 16, 16, 16], activation = "sigmoid" }
recipe = { optimizer = "sgd", learning_rate = 0.01, epochs = 200 }
"""


def lines_of(width, monkeypatch, *arguments):
    """What a command prints without a terminal where COLUMNS is a width, but lines to paste."""
    monkeypatch.setenv("COLUMNS", str(width))
    answer = call(*arguments)
    assert answer.code in (0, 3), answer
    lines, is_pasted = [], False
    for line in answer.out.splitlines():
        is_pasted = bool(PASTED.match(line)) or (is_pasted and line.startswith("  "))
        if not is_pasted:
            lines.append(line)
    return lines


def assert_fits(lines, width):
    assert [line for line in lines if cell_len(line) > width] == []
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
def test_lists_fit(width, monkeypatch):
    for kind in ([], *([kind] for kind in catalogue.CONTRACTS)):
        lines = lines_of(width, monkeypatch, "list", *kind)
        assert_fits(lines, width)
        if kind and width < 120:  # nothing is cut
            left = lines[1].index("what it is")
            text = "".join("".join(line[left:] for line in lines).split())
            for name in catalogue.names(kind[0]):
                entry = catalogue.get(kind[0], name)
                assert any(line.split()[:1] == [name] for line in lines)
                for said in (entry.summary, entry.source):
                    assert "".join(said.split()) in text, name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*names(), *theory.names()])
def test_what_is_shown_fits_with_two_lines_an_arm(name, width, monkeypatch):
    lines = lines_of(width, monkeypatch, "show", name)
    assert_fits(lines, width)
    if name in theory.names():
        return
    arms = load(name).arms
    if len(arms) == 1:
        assert any(line.startswith(f"{arms[0].name}: ") for line in lines)
        return
    told = [next(i for i, line in enumerate(lines) if re.match("  (claim|needed)", line))]
    assert not any("…" in line for line in lines[told[0] :])
    lines = lines[: told[0]]
    for arm in arms:
        (at,) = [i for i, line in enumerate(lines) if is_about(arm.name, line)]
        taken = next(
            (i for i, line in enumerate(lines[at + 1 :], 1) if not line.startswith("    ")), 1
        )
        assert taken <= 2, lines[at : at + taken]


def is_about(name, line):
    """Whether what is said of an arm begins here, in a table or not."""
    return line.startswith((f"  {name}: ", f"  {name}   "))


def holds(lines, words):
    """Whether words stand in lines, wherever these are broken between words."""
    return " ".join(words.split()) in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("width", [80, 99, 100, 120])
@pytest.mark.parametrize(
    "name", ["badly-wrong-neuron", "constant-softmax", "imbalanced-classes", "vanishing-sigmoid"]
)
def test_no_name_is_cut_or_broken(name, width, monkeypatch):
    few = ["--draws", "2", "--seeds", "2", "--set", "recipe.epochs=2"]
    monkeypatch.setenv("COLUMNS", str(width))
    plain = json.loads(call("run", name, *few, "--json").out)
    lines = lines_of(width, monkeypatch, "run", name, *few)
    assert_fits(lines, width)
    assert not any("…" in line for line in lines) and name in " ".join(lines)
    for arm in plain["arms"]:
        assert sum(arm["name"] in line.split() for line in lines) >= 1 + ("final_accuracy" in arm)
    if width < 100:
        for claim in plain["claims"]:
            assert holds(lines, claim["evidence"]), claim


def test_a_single_run_is_no_runs(monkeypatch):
    lines = lines_of(80, monkeypatch, "run", "badly-wrong-neuron", "--set", "recipe.epochs=9")
    assert any(" 1 run  " in line for line in lines) and not any(" 1 runs" in one for one in lines)


def test_what_a_single_run_of_many_did_is_not_told_as_nothing():
    shares = {"slow": 255 / 256, "stalled": 1 / 256}
    arm = {"outcomes": shares, "outcome_intervals": {name: (0.0, 1.0) for name in shares}}
    assert outcomes(arm, intervals=False) == "slow 99.6%, stalled 0.4%"


def test_equal_layers_are_said_once(monkeypatch):
    assert "8 sigmoid x 20" in " ".join(lines_of(80, monkeypatch, "show", "vanished-gradient"))


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_a_compact_network_says_every_layer(words):
    spread = []
    for part in compact(words):
        block, _, times = part.partition(" x ")
        spread += int(times or 1) * block.strip("()").split(" - ")
    assert spread == words
    assert len(compact(words)) <= len(words)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["vanishing-sigmoid", "rate-adam", "zero-rate", "exact-minima"])
def test_results_fit_with_two_lines_an_arm(name, width, monkeypatch):
    few = ["--draws", "3", "--seeds", "3"]
    lines = lines_of(width, monkeypatch, "run", name, *few)
    assert_fits(lines, width)
    if name in theory.names():
        return
    before = lines[: next(i for i, line in enumerate(lines) if line.startswith("Runs: "))]
    for arm in load(name).arms:
        (at,) = [i for i, line in enumerate(before) if f" {arm.name} " in line][:1]
        both = " ".join(before[at : at + 2])
        assert re.search(r"(converged|slow|stalled|frozen|oscillating|diverged|too_short)", both)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_diagnosis_a_sweep_and_a_plan_fit(width, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stuck.toml").write_text(STUCK)
    assert_fits(lines_of(width, monkeypatch, "diagnose", "stuck.toml", "--effort", "quick"), width)
    grid = "--grid", "learning_rate=log:1e-4:10:6", "--grid", "network.hidden=[4],[8,8]"
    sweep = "sweep", "stuck.toml", *grid, "--seeds", "4", "--measure", "dead_at_end"
    assert_fits(lines_of(width, monkeypatch, *sweep, "--dry-run"), width)
    assert_fits(lines_of(width, monkeypatch, *sweep, "--store", "runs.db"), width)
    for options in ([], ["--by", "learning_rate"], ["--list"]):
        assert_fits(lines_of(width, monkeypatch, "sweep", "show", "runs.db", *options), width)


PROGRAM = """
import numpy as np, keras; keras.utils.set_random_seed(1)
from keras.models import Sequential
from keras.layers import Dense
x = np.linspace(-1, 1, 100).reshape(-1, 1)
model = Sequential([Dense(16, activation="tanh", input_shape=(1,)), Dense(1)])
model.compile(loss="mse", optimizer="sgd")
model.optimizer.learning_rate = 1e-7
model.fit(x, np.sin(3 * x), epochs=100, verbose=0)
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_answer_on_a_program_and_what_a_machine_has_fit(width, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "program.py").write_text(PROGRAM)
    lines = lines_of(width, monkeypatch, "diagnose", "program.py", "--effort", "quick")
    assert_fits(lines, width)
    assert any(line.startswith("program.py, line 9: fit") for line in lines)
    assert_fits(lines_of(width, monkeypatch, "doctor"), width)
    monkeypatch.delenv("COLUMNS")
    whole = call("diagnose", "program.py", "--effort", "quick").out  # a pipe gets them as they are
    assert "".join("".join(lines).split()) == "".join(whole.split())


def at_a_terminal(width, *arguments, **environment):
    """What a command writes to a terminal of some width, raw."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "fastdense_cli", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(width), "LINES": "50",
             **environment},
    )  # fmt: skip
    os.close(theirs)
    text = b""
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                text += os.read(ours, 65536)
            except OSError:  # closed at the other end
                break
    process.wait()
    os.close(ours)
    return text.decode()


LONG = "run", "vanishing-sigmoid", "--arm", "sigmoid", "--set", "recipe.epochs=5000"


@pytest.mark.parametrize("width", WIDTHS)
def test_long_work_shows_a_bar_with_rate_and_time_left(width):
    text = at_a_terminal(width, *LONG)
    drawn = pyte.Screen(width, 50)
    stream = pyte.Stream(drawn)
    bars = set()
    erase = "\x1b[2K"  # a line, before the bar is drawn anew
    for frame in text.split(erase):
        stream.feed(frame)
        bars |= {line.rstrip() for line in drawn.display if "━" in line}
        stream.feed(erase)
    assert any(re.search(r"\d%.*\d:\d\d:\d\d.*runs/s", bar) for bar in bars), bars
    assert not any("━" in line for line in drawn.display)  # gone at the end
    assert any("sigmoid" in line for line in drawn.display)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colors_gets_plain_text(environment):
    text = at_a_terminal(80, *LONG, **environment)
    lines = text.replace("\r\n", "\n").split("\n")
    assert_fits(lines, 80)
    assert not any("━" in line for line in lines) and any("converged" in line for line in lines)


def test_a_terminal_with_colors_gets_them():
    assert "\x1b[1m" in at_a_terminal(80, "show", "zero-rate")
