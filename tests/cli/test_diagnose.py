"""`fastdense diagnose` at the terminal: the answer first, exit codes, and what can be given."""

import json

import numpy as np
import pytest
from terminal import call

QUICK = ("--effort", "quick")
STUCK = """
data = { name = "sine", count = 64, low = -3.0, high = 3.0 }
network = { hidden = [16], activation = "tanh" }
recipe = { optimizer = "adam", learning_rate = 1e-7, epochs = 600 }
[arms.as-it-is]
[arms.faster]
recipe.learning_rate = 0.02
[arms.diverges]
recipe.optimizer = "sgd"
recipe.learning_rate = 50.0
"""
RNG = np.random.default_rng(0)


@pytest.fixture
def stuck(tmp_path):
    path = tmp_path / "stuck.toml"
    path.write_text(STUCK)
    return path


@pytest.fixture
def table(tmp_path):
    x = RNG.normal(size=(150, 3))
    y = x[:, 0] - 2 * x[:, 1]
    path = tmp_path / "rows.csv"
    header = "id,a,b,c,price\n"
    lines = [f"{i},{','.join(f'{v:.6f}' for v in (*row, t))}" for i, (row, t) in
             enumerate(zip(x, y, strict=True))]  # fmt: skip
    path.write_text(header + "\n".join(lines) + "\n")
    return path


def test_the_answer_comes_first_and_then_what_speaks_for_it(stuck):
    answer = call("diagnose", stuck, *QUICK)
    assert answer.code == 3
    assert answer.out.startswith("The learning rate is too low for the loss to move.")
    text = " ".join(answer.out.split())
    assert "rate_too_low" in text and "attainable" in text and "recipe.learning_rate = " in text
    assert "recipe = Recipe(" in text
    assert "the arm 'as-it-is' is diagnosed; others are 'faster', 'diverges'" in answer.err


@pytest.mark.parametrize(("changes", "code"), [
    (("recipe.learning_rate=0.02",), 0),
    (("recipe.optimizer=sgd", "recipe.learning_rate=50.0"), 4),
])  # fmt: skip
def test_exit_codes_say_what_came_of_it(stuck, changes, code):
    given = [part for change in changes for part in ("--set", change)]
    assert call("diagnose", stuck, *QUICK, *given).code == code


def test_json_is_the_same_answer(stuck):
    told = call("diagnose", stuck, *QUICK, "--json").json
    assert told["causes"][0]["cause"] == "rate_too_low" and told["answer"]
    assert set(told["attainable"]) >= {"explained", "linear", "limit"}
    assert {"outcome", "healthy", "ruled_out", "remedies", "baselines", "recipe"} <= set(told)


def test_out_writes_the_same_and_replaces_nothing_else(stuck, tmp_path):
    told = call("diagnose", stuck, *QUICK, "--json", "--out", tmp_path / "out").json
    file = tmp_path / "out" / "stuck-diagnosis.json"
    kept = json.loads(file.read_text())
    assert {**kept, "seconds": 0, "files": 0} == {**told, "seconds": 0, "files": 0}
    assert call("diagnose", stuck, *QUICK, "--out", tmp_path / "out").code == 3  # its own
    file.write_text("mine")
    answer = call("diagnose", stuck, *QUICK, "--out", tmp_path / "out")
    assert answer.code == 2 and file.read_text() == "mine" and "--force" in answer.err


def test_an_arm_of_a_scenario_is_named_behind_a_slash():
    answer = call("diagnose", "zero-rate", *QUICK)
    assert answer.code == 3 and answer.out.startswith("Nothing is updated")


def test_a_table_is_diagnosed_with_the_settings_of_the_options(table):
    answer = call("diagnose", table, "--target", "price", "--drop", "id", "--hidden", "16",
                  "--learning-rate", 0.01, *QUICK)  # fmt: skip
    assert answer.code == 0, answer.out
    assert answer.out.startswith("Nothing is wrong")
    assert "the loss is mse, the output identity" in answer.err
    frozen = call("diagnose", table, "--target", "price", "--drop", "id", "--hidden", "16",
                  "--learning-rate", 0, *QUICK)  # fmt: skip
    assert frozen.code == 3 and frozen.out.startswith("Nothing is updated")


def test_an_observed_loss_names_a_mistake(table):
    y = np.loadtxt(table, delimiter=",", skiprows=1)[:, -1]
    answer = call("diagnose", table, "--drop", "id", "--learning-rate", 0.01, *QUICK,
                  "--observed", f"{y.var():.4f}")  # fmt: skip
    assert answer.code == 3 and answer.out.startswith("It learns here")
    assert "Targets of shape" in answer.out and "unsqueeze" in " ".join(answer.out.split())


@pytest.mark.parametrize(("words", "part"), [
    (("nothing.toml",), "nothing.toml"),
    (("zero-rat",), "zero-rate"),
    (("zero-rate/onyl",), "arm"),
    (("rows.csv",), "rows.csv"),
    (("zero-rate", "--effort", "much"), "quick"),
    (("zero-rate", "--observed", "high"), "observed"),
    (("zero-rate", "--set", "recipe.learing_rate=1"), "learning_rate"),
    (("zero-rate", "--budget", "0"), "--budget"),
])  # fmt: skip
def test_wrong_usage_is_one_sentence(words, part, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = call("diagnose", *words)
    assert (answer.code, answer.out) == (2, "")
    assert part in answer.err and "Traceback" not in answer.err


def test_widths_that_are_none_are_refused(table):
    answer = call("diagnose", table, "--hidden", "64;64")
    assert answer.code == 2 and "64,64" in answer.err
