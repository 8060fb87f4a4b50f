"""What `list`, `show`, `run` and `reproduce` print: a versioned contract, strict JSON."""

import csv
import io
import json
import os
import sys

import pytest
from terminal import call, process

from fastdense import catalogue, theory
from fastdense.judging.verdicts import WORDS
from fastdense.kernels.compile import cache
from fastdense.outcome import OUTCOMES
from fastdense.scenarios.scenario import names
from fastdense_cli.console import progress

QUICK = ("--draws", 3, "--seeds", 2, "--set", "recipe.epochs=3")
LOSSES = ("initial_loss", "final_loss")
TEST_LOSSES = ("initial_test_loss", "final_test_loss")


def runs_of(answer, arm=0):
    return answer.json["arms"][arm]["runs"]


def check_contract(result):
    """What a reader of `run --json` may rely on."""
    assert result["schema_version"] == 2 and result["scenario"] in names()
    assert isinstance(result["question"], str) and isinstance(result["source"], str)
    for arm in result["arms"]:
        assert arm["name"] and arm["samples"] > 0
        assert {"network", "recipe", "best_constant_loss", "irreducible_loss"} <= set(arm)
        assert abs(sum(arm["outcomes"].values()) - 1) < 1e-12
        assert set(arm["outcomes"]) == {run["outcome"] for run in arm["runs"]} <= set(OUTCOMES)
        assert len(arm["runs"]) == arm["draws"] * arm["seeds"]
        for loss in (*LOSSES, "best_constant_loss", "irreducible_loss"):
            assert set(arm[loss]) == {"median", "p10", "p90"}
        for run in arm["runs"]:
            assert isinstance(run["seed"], int) and isinstance(run["draw"], int)
            keys = {"draw", "seed", "outcome", *LOSSES}
            tested, classes = set(TEST_LOSSES), {"final_accuracy"}
            assert set(run) in (
                keys, keys | tested, keys | classes,
                keys | tested | classes | {"final_test_accuracy"},
            )  # fmt: skip
            assert {key for key in run if key in arm} >= set(run) - {
                "draw", "seed", "outcome", "initial_test_loss"
            }  # fmt: skip
            for key in set(run) - {"draw", "seed", "outcome"}:
                assert isinstance(run[key], float) or run[key] in ("inf", "-inf", "nan")
    for claim in result["claims"]:
        assert claim["text"] and bool(claim["source"]) != claim["own"] and claim["evidence"]
        assert claim["verdict"] in WORDS
        for setting in claim["settings"]:
            assert setting["tests"] and setting["verdict"] in WORDS
            assert 0 <= setting["share"] <= 1 and setting["seeds"] >= 1 and setting["draws"] >= 1


def test_list_names_every_scenario():
    answer = call("list", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert [entry["scenario"] for entry in answer.json] == [*names(), *theory.names()]
    for entry in answer.json[: len(names())]:
        assert entry["question"] and entry["arms"] and entry["claims"]
    table = call("list").out
    assert all(name in table for name in names())


@pytest.mark.parametrize("kind", sorted(catalogue.CONTRACTS))
def test_list_of_a_kind_has_every_entry_with_its_defaults(kind):
    answer = call("list", kind, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert [entry["name"] for entry in answer.json] == list(catalogue.names(kind))
    table = " ".join(call("list", kind).out.split())
    for entry in answer.json:
        assert entry["name"] in table and entry["summary"] and entry["source"]
        assert entry["hyper"] == dict(catalogue.get(kind, entry["name"]).hyper)
        assert all(hyper in table for hyper in entry["hyper"])
    assert kind in call("list", "--help").out


def test_list_of_an_unknown_kind_names_the_nearest():
    answer = call("list", "optimiser")
    assert answer.code == 2 and "did you mean 'optimizers'?" in answer.err


@pytest.mark.parametrize("name", names())
def test_show_has_the_data_network_recipe_and_claims(name):
    answer = call("show", name, "--json")
    assert (answer.code, answer.err) == (0, "")
    shown = answer.json
    assert shown["scenario"] == name
    for arm in shown["arms"]:
        assert arm["samples"] > 0 and arm["network"]["layers"] and arm["recipe"]["loss"]["name"]
    for claim in shown["claims"]:
        assert claim["text"] and bool(claim["source"]) != claim["own"]
        assert all(setting["tests"] for setting in claim["settings"])
    text = " ".join(call("show", name).out.split())
    assert shown["question"] in text and shown["source"] in text
    assert all(arm["name"] in text for arm in shown["arms"])


@pytest.mark.parametrize("name", names())
def test_every_scenario_runs_under_the_contract(name):
    answer = call("run", name, *QUICK, "--json")
    assert (answer.code, answer.err) == (0, "")
    check_contract(answer.json)
    listed = next(entry for entry in call("list", "--json").json if entry["scenario"] == name)
    assert [arm["name"] for arm in answer.json["arms"]] == listed["arms"]
    assert [claim["text"] for claim in answer.json["claims"]] == listed["claims"]


CLASSES = """
draws = 1
seeds = 2
data = { name = "blobs", count = 40, test = 20 }
network = { hidden = [3], output = "sigmoid" }
recipe = { loss = "binary_crossentropy", epochs = 9, learning_rate = 0.5 }
"""


def test_run_prints_accuracy_and_test_loss_where_there_are_some(tmp_path):
    path = tmp_path / "classes.toml"
    path.write_text(CLASSES)
    printed = " ".join(call("run", path).out.split())
    (arm,) = call("run", path, "--json").json["arms"]
    for name in ("accuracy", "test_loss", "test_accuracy"):
        assert f"{name.replace('_', ' ')} at end" in printed
        found = arm[f"final_{name}"]
        assert f"{found['median']:.3g}" in printed
        values = sorted(run[f"final_{name}"] for run in arm["runs"])
        assert found["median"] == pytest.approx(sum(values) / 2)
    plain = call("run", "vanishing-sigmoid", *QUICK)
    assert "accuracy at end" not in plain.out and "test loss at end" not in plain.out


ALWAYS = """
data = { name = "inline", x = [1, 2, 3], y = [1, 2, 3] }
recipe = { epochs = 9, batch_size = "full" }
[[claims]]
text = "It starts somewhere."
tests = [{ arm = "only", measure = "initial_loss", above = 0 }]
"""


@pytest.mark.parametrize("json", [(), ("--json",)])
def test_a_claim_that_the_seeds_cannot_decide_says_so_first(tmp_path, json):
    path = tmp_path / "claim.toml"
    path.write_text(ALWAYS)
    for command in ("run", "reproduce"):
        few = call(command, path, "--seeds", 32, *json)
        assert (few.code, few.err) == (0, "") and few.doubts.splitlines() == [
            "Note: so few seeds cannot show that the claim 'It starts somewhere.' holds "
            "(needs --seeds 76 or more)"
        ]
        assert call(command, path, "--seeds", 76, *json).doubts == ""


def test_three_seeds_are_three_runs_with_test_losses():
    runs = runs_of(call("run", "zero-rate", "--draws", 1, "--seeds", 3, "--json"))
    assert [run["seed"] for run in runs] == [0, 1, 2]
    for run in runs:
        assert run["final_loss"] == run["initial_loss"] > 0
        assert run["final_test_loss"] == run["initial_test_loss"] > 0
        assert run["outcome"] == "frozen"
    assert len({run["initial_loss"] for run in runs}) == 3


def test_the_table_and_the_json_say_the_same():
    lines = ["run", "zero-rate", "--seeds", 3]
    table = call(*lines)
    assert (table.code, table.err) == (0, "")
    assert "frozen" in table.out and "holds" in table.out and "▄▄▄" in table.out
    arm = call(*lines, "--json").json["arms"][0]
    for value in (*arm["final_loss"].values(), arm["best_constant_loss"]["median"]):
        assert f"{value:.3g}" in table.out
    assert "floor 0" not in table.out


def test_an_irreducible_loss_above_zero_is_printed():
    lines = ["run", "contradicting-labels", *QUICK]
    baselines = [arm["irreducible_loss"]["median"] for arm in call(*lines, "--json").json["arms"]]
    table = call(*lines).out
    assert any(baselines) and "irreducible" in table  # a cell may take two lines
    assert all(f"{one:.3g}" in table for one in baselines if one)


def test_the_first_seed_shifts_the_seeds_and_nothing_else():
    few = runs_of(call("run", "zero-rate", "--draws", 1, "--seeds", 1, "--seed", 2, "--json"))
    many = runs_of(call("run", "zero-rate", "--draws", 1, "--seeds", 3, "--json"))
    assert few == many[2:]
    last = runs_of(call("run", "zero-rate", "--draws", 1, "--seeds", 1, "--seed", 2**62, "--json"))
    assert last[0]["seed"] == 2**62


def test_a_draw_is_the_data_of_another_seed():
    """The third draw is that of data.seed = 2, and its runs have the seeds that follow."""
    all_draws = runs_of(call("run", "zero-rate", "--draws", 3, "--seeds", 2, "--json"))
    assert [(run["draw"], run["seed"]) for run in all_draws] == [
        (0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5),
    ]  # fmt: skip
    options = "--draws", 1, "--seeds", 2, "--seed", 4, "--json"
    by_number = runs_of(call("run", "zero-rate", "--draw", 2, *options))
    by_seed = runs_of(call("run", "zero-rate", "--set", "data.seed=2", *options))
    assert by_number == all_draws[4:] == [run | {"draw": 2} for run in by_seed]


def test_an_arm_without_randomness_runs_once():
    assert len(runs_of(call("run", "single-example", "--seeds", 9, *QUICK[2:], "--json"))) == 1


def test_chosen_arms_come_alone_with_their_claims():
    lines = ["run", "vanishing-sigmoid", *QUICK, "--json"]
    both, one = call(*lines).json, call(*lines, "--arm", "relu").json
    assert [arm["name"] for arm in one["arms"]] == ["relu"]
    assert one["arms"][0] == both["arms"][1]
    assert one["claims"] == []  # relu's only claim compares it with sigmoid
    sigmoid = call(*lines, "--arm", "sigmoid").json
    assert len(sigmoid["claims"]) == 2 and len(both["claims"]) == 3
    assert call(*lines, "--arm", "relu", "--arm", "sigmoid").json == both


def test_dtype_changes_every_arm():
    one, other = (
        call("run", "vanishing-sigmoid", *QUICK, "--dtype", dtype, "--json").json
        for dtype in ("float32", "float64")
    )
    for left, right in zip(one["arms"], other["arms"], strict=True):
        assert (left["recipe"]["dtype"], right["recipe"]["dtype"]) == ("float32", "float64")
        for a, b in zip(left["runs"], right["runs"], strict=True):
            assert a["final_loss"] != b["final_loss"]
            assert a["final_loss"] == pytest.approx(b["final_loss"], rel=1e-4)


SETTINGS = {
    "recipe.epochs=7": lambda arm: arm["recipe"]["epochs"] == 7,
    "epochs=7": lambda arm: arm["recipe"]["epochs"] == 7,
    "recipe.learning_rate=1e-3": lambda arm: arm["recipe"]["learning_rate"] == 1e-3,
    "recipe.learning_rate = 2": lambda arm: arm["recipe"]["learning_rate"] == 2.0,
    "recipe.shuffle=false": lambda arm: arm["recipe"]["shuffle"] is False,
    "recipe.batch_size=full": lambda arm: arm["recipe"]["batch_size"] == 100,
    "recipe.batch_size='full'": lambda arm: arm["recipe"]["batch_size"] == 100,
    "recipe.batch_size=7": lambda arm: arm["recipe"]["batch_size"] == 7,
    "recipe.optimizer=adam": lambda arm: arm["recipe"]["optimizer"] == {"name": "adam"},
    "recipe.optimizer={name='adam', beta1=0.5}": lambda arm: (
        arm["recipe"]["optimizer"] == {"name": "adam", "beta1": 0.5}
    ),
    "recipe.loss.label_smoothing=0.25": lambda arm: (
        arm["recipe"]["loss"] == {"name": "binary_crossentropy", "label_smoothing": 0.25}
    ),
    "recipe.class_weights=[1, 2]": lambda arm: arm["recipe"]["class_weights"] == [1.0, 2.0],
    "network.hidden=[4, 3]": lambda arm: (
        [layer["dense"] for layer in arm["network"]["layers"]] == [4, 3, 1]
    ),
    "network.weights=zeros": lambda arm: (
        arm["network"]["layers"][0]["weights"] == {"name": "zeros"}
    ),
    "data.count=64": lambda arm: arm["samples"] == 64,
    "data.features=3": lambda arm: arm["network"]["inputs"] == 3,
}


@pytest.mark.parametrize("assignment", SETTINGS)
def test_a_setting_of_any_kind_takes_effect(assignment):
    answer = call("run", "zero-rate", "--seeds", 1, "--set", assignment, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert SETTINGS[assignment](answer.json["arms"][0])


def test_later_settings_build_on_earlier_ones():
    optimizer = ["--set", "recipe.optimizer=adam_keras", "--set", "recipe.optimizer.epsilon=1e-3"]
    arm = call("run", "zero-rate", "--seeds", 1, *optimizer, "--json").json["arms"][0]
    assert arm["recipe"]["optimizer"] == {"name": "adam_keras", "epsilon": 1e-3}


def test_a_diverging_run_is_strict_json():
    rate = ("--seeds", 2, "--set", "recipe.learning_rate=1e30", "--json")
    answer = call("run", "vanishing-sigmoid", *rate)
    assert (answer.code, answer.err) == (0, "")
    check_contract(answer.json)
    for arm in answer.json["arms"]:
        assert arm["outcomes"] == {"diverged": 1.0}
    found = {run["final_loss"] for arm in answer.json["arms"] for run in arm["runs"]}
    assert found & {"inf", "nan"}
    assert "×" in call("run", "vanishing-sigmoid", *rate[:-1]).out


def test_arms_are_shown_with_what_their_samples_go_through():
    out = " ".join(call("show", "augmentation").out.split())
    assert all(name in out for name in ("rotation", "horizontal_flip", "brightness"))


def test_reproduce_leaves_out_what_is_on_images():
    answer = call("reproduce", "--dense", "zero-rate", "layer-design", "--seeds", 1, "--json")
    assert [one["scenario"] for one in answer.json] == ["zero-rate"]
    assert "leave out --dense" in call("reproduce", "--dense", "layer-design").err


def test_reproduce_is_a_list_of_runs():
    answer = call("reproduce", "zero-rate", "constant-init", "--seeds", 2, "--json")
    assert (answer.code, answer.err) == (0, "")
    singles = [
        call("run", name, "--seeds", 2, "--json").json for name in ("zero-rate", "constant-init")
    ]
    assert answer.json == singles
    table = call("reproduce", "zero-rate", "constant-init", "--seeds", 2)
    assert table.code == 0 and "mean-hidden" in table.out and "zero-rate" in table.out


def test_the_same_command_twice_gives_the_same_bytes():
    line = ("run", "vanishing-sigmoid", "--seeds", 3, "--set", "recipe.epochs=20", "--json")
    assert call(*line).out == call(*line).out == process(*line).out


def test_a_process_of_its_own_prints_nothing_but_json():
    answer = process("run", "zero-rate", "--seeds", 1, "--json")
    assert (answer.code, answer.err) == (0, "")
    check_contract(answer.json)


def test_kernels_that_cannot_be_kept_are_one_line_on_stderr(tmp_path):
    (tmp_path / "file").write_text("in the way")
    environment = {**os.environ, "FASTDENSE_CACHE_DIR": str(tmp_path / "file")}
    answer = process("run", "zero-rate", "--seeds", 1, "--json", env=environment)
    assert answer.code == 0 and answer.err.count("\n") == 1
    assert answer.err.startswith("Warning: compiled kernels are not kept in ")
    check_contract(answer.json)


def test_a_terminal_without_the_characters_gets_others():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for line in (("run", "zero-rate", "--seeds", 1), ("list",)):
        answer = process(*line, env=environment)
        assert (answer.code, answer.err) == (0, "") and "zero-rate" in answer.out


class Terminal(io.StringIO):
    """What a person looks at."""

    def isatty(self):
        return True


def test_a_person_sees_progress_and_that_kernels_are_compiled(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("[x] (1 of 2)") as report:
        cache.on_compile("train-float32")
        cache.on_compile("loss-mse-float32")
        report(1, 4)
    assert screen.getvalue().count("compiling kernels, once on this machine") == 1
    assert "[x] (1 of 2)" in screen.getvalue() and "25%" in screen.getvalue()
    assert cache.on_compile is None


def test_what_is_no_terminal_gets_no_progress(capsys):
    with progress("title") as report:
        report(1, 4)
    assert capsys.readouterr() == ("", "")


STRICT = {
    # Adam at 1.0 on a line reaches the floor.
    0: ("adam-rates", "--arm", "rate-1.0", "--seeds", 3),
    # At rate zero nothing moves.
    3: ("zero-rate", "--seeds", 3),
    4: ("vanishing-sigmoid", "--seeds", 2, "--set", "recipe.learning_rate=1e30"),
}


@pytest.mark.parametrize("code", STRICT)
def test_strict_turns_outcomes_into_exit_codes(code):
    assert call("run", *STRICT[code]).code == 0
    strict = call("run", *STRICT[code], "--strict", "--json")
    assert strict.code == code and strict.err == ""
    check_contract(strict.json)


def test_strict_reports_the_worst_arm(tmp_path):
    """One arm is frozen, one diverges."""
    path = tmp_path / "two.toml"
    path.write_text(
        'data = { name = "inline", x = [1, 2, 3], y = [1, 2, 3] }\n'
        'recipe.batch_size = "full"\n'
        "arms.none.recipe.learning_rate = 0.0\n"
        "arms.wild.recipe.learning_rate = 100.0\n"
    )
    assert [arm["outcomes"] for arm in call("run", path, "--json").json["arms"]] == [
        {"frozen": 1.0}, {"diverged": 1.0},
    ]  # fmt: skip
    assert call("run", path, "--strict").code == 4
    assert call("run", path, "--strict", "--arm", "none").code == 3


def read_csv(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["zero-rate", "vanishing-sigmoid", "single-example"])
def test_out_writes_what_stdout_says(name, tmp_path):
    folder = tmp_path / "new" / "deep"
    answer = call("run", name, "--seeds", 2, "--json", "--out", folder)
    assert (answer.code, answer.err) == (0, "")
    files = {f"{name}.json", f"{name}-runs.csv", f"{name}-curves.csv"}
    assert {path.name for path in folder.iterdir()} == files
    written = json.loads((folder / f"{name}.json").read_text("utf-8"))
    curves = written.pop("curves")
    assert set(written.pop("files")) == files
    assert written == answer.json

    runs = [{"arm": arm["name"], **run} for arm in written["arms"] for run in arm["runs"]]
    assert read_csv(folder / f"{name}-runs.csv") == [
        {key: str(value) for key, value in run.items()} for run in runs
    ]
    rows = iter(read_csv(folder / f"{name}-curves.csv"))
    assert len(curves) == len(runs)
    for curve, run in zip(curves, runs, strict=True):
        assert (curve["arm"], curve["seed"]) == (run["arm"], run["seed"])
        assert curve["loss"][0] == run["initial_loss"] and curve["loss"][-1] == run["final_loss"]
        epochs = next(a for a in written["arms"] if a["name"] == run["arm"])["recipe"]["epochs"]
        assert curve["epochs"][0] == 0 and curve["epochs"][-1] == epochs
        assert curve["epochs"] == sorted(set(curve["epochs"])) and len(curve["epochs"]) <= 200
        tested = curve["test_loss"] or [""] * len(curve["loss"])
        for epoch, loss, test in zip(curve["epochs"], curve["loss"], tested, strict=True):
            row = next(rows)
            assert (row["arm"], row["seed"]) == (curve["arm"], str(curve["seed"]))
            assert (row["epoch"], row["loss"], row["test_loss"]) == (
                str(epoch), str(loss), str(test),
            )  # fmt: skip
    assert next(rows, None) is None


def test_out_replaces_older_results(tmp_path):
    for draws in (2, 1):
        options = "--draws", draws, "--seeds", 1, "--out", tmp_path
        assert call("run", "zero-rate", *options).code == 0
    assert len(read_csv(tmp_path / "zero-rate-runs.csv")) == 1
    assert len(list(tmp_path.iterdir())) == 3


def test_reproduce_writes_every_scenario(tmp_path):
    answer = call("reproduce", "zero-rate", "constant-init", "--seeds", 1, "--out", tmp_path)
    assert answer.code == 0 and len(list(tmp_path.iterdir())) == 6
    twice = call("reproduce", "zero-rate", "zero-rate", "--out", tmp_path / "twice")
    assert "give each once" in twice.sentence and not (tmp_path / "twice").exists()


@pytest.mark.parametrize("command", [("run", "zero-rate"), ("reproduce", "zero-rate")])
@pytest.mark.parametrize("place", ["file", "file/below", "x" * 300])
def test_an_impossible_out_is_refused_before_training(command, place, tmp_path, monkeypatch):
    from fastdense.scenarios import experiment

    monkeypatch.setattr(experiment, "train_trials", lambda *a, **k: pytest.fail("it trained"))
    (tmp_path / "file").write_text("kept")
    assert "cannot write into" in call(*command, "--out", tmp_path / place).sentence
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    """Simulated, for a superuser may write anywhere."""
    from fastdense.files import atomic

    def refuse(**options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(atomic.tempfile, "TemporaryFile", refuse)
    assert "Permission denied" in call("run", "zero-rate", "--out", tmp_path / "new").sentence
    assert list(tmp_path.iterdir()) == []


def test_a_refused_run_leaves_no_folder(tmp_path):
    refused = call("run", "zero-rate", "--set", "recipe.batch_size=101", "--out", tmp_path / "new")
    assert refused.sentence and list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_leaves_no_partial_file(tmp_path, monkeypatch):
    from fastdense.files import atomic

    def full(source, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(atomic.os, "replace", full)
    answer = call("run", "zero-rate", "--seeds", 1, "--out", tmp_path)
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert "No space left on device" in answer.err and list(tmp_path.iterdir()) == []
