"""A scenario of one's own: a built-in one with other words, on any data source."""

import json

import numpy as np
import pytest
from terminal import call, process

from fastdense.scenarios.scenario import names, text_of

LINE = """
question = "Does it fit a line?"
[data]
{data}
[recipe]
learning_rate = 0.1
batch_size = "full"
epochs = 200
[[claims]]
text = "It does."
source = "Myself"
tests = [{{ outcome = "converged" }}]
"""
ROWS = [(0.0, 1.0), (0.25, 1.5), (0.5, 2.0), (0.75, 2.5), (1.0, 3.0)]


@pytest.fixture
def scenario(tmp_path):
    """Writes a scenario on a `[data]` table and runs it."""

    def run(data, *arguments, text=LINE):
        path = tmp_path / "mine.toml"
        path.write_text(text.format(data=data), "utf-8")
        return call("run", path, "--seeds", 80, "--json", *arguments)

    return run


def fitted(answer):
    """Results of a scenario that ran, without what differs between data sources."""
    assert (answer.code, answer.err) == (0, ""), answer
    (arm,) = answer.json["arms"]
    return arm["samples"], arm["runs"], [claim["verdict"] for claim in answer.json["claims"]]


INLINE = f"name = 'inline'\nx = {[x for x, _ in ROWS]}\ny = {[y for _, y in ROWS]}"


@pytest.mark.parametrize("name", names())
def test_a_printed_scenario_gives_the_results_of_the_built_in_one(name, tmp_path):
    printed = call("show", name, "--toml")
    assert (printed.code, printed.out, printed.err) == (0, text_of(name), "")
    path = tmp_path / "mine.toml"
    path.write_text(printed.out, "utf-8")
    quick = ("--seeds", 2, "--set", "recipe.epochs=3", "--json")
    mine, theirs = call("run", path, *quick), call("run", name, *quick)
    assert mine.json == {**theirs.json, "scenario": "mine"}
    assert call("show", path, "--toml").out == printed.out
    ours, built_in = (call("show", one, "--json").json["arms"] for one in (path, name))
    assert all(arm.pop("diagnosed") for arm in built_in)
    assert ours == built_in


def test_any_path_is_a_file(tmp_path):
    (tmp_path / "mine").write_text(text_of("zero-rate"))
    for command in (["show", "--toml"], ["show", "--json"], ["run", "--seeds", 1]):
        assert call(command[0], tmp_path / "mine", *command[1:]).code == 0


def test_inline_rows_are_trained_on(scenario):
    samples, runs, verdicts = fitted(scenario(INLINE))
    assert samples == 5 and verdicts == ["holds"]
    assert runs[0]["final_loss"] < 1e-2 < runs[0]["initial_loss"]


@pytest.mark.parametrize("header", ["", "x,y\n", "\ufeffx, y\n", "a b,y\n\n"])
def test_csv_rows_equal_inline_rows(header, scenario, tmp_path):
    text = header + "".join(f"{x},{y}\n" for x, y in ROWS)
    (tmp_path / "rows.csv").write_text(text, "utf-8")
    expected = fitted(scenario(INLINE))
    assert fitted(scenario("name = 'csv'\nfile = 'rows.csv'")) == expected
    if header:
        assert fitted(scenario("name = 'csv'\nfile = 'rows.csv'\ntargets = 'y'")) == expected


def test_named_targets_may_stand_anywhere(scenario, tmp_path):
    lines = "".join(f"{y};{x}\r\n" for x, y in ROWS)
    (tmp_path / "rows.csv").write_text(f"y;x\r\n{lines}")
    data = "name = 'csv'\nfile = 'rows.csv'\nseparator = ';'\ntargets = ['y']"
    assert fitted(scenario(data)) == fitted(scenario(INLINE))


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_npz_arrays_equal_inline_rows(compressed, dtype, scenario, tmp_path):
    save = np.savez_compressed if compressed else np.savez
    x, y = np.array(ROWS, dtype).T
    save(tmp_path / "rows.npz", inputs=x[:, np.newaxis], y=y)
    answer = scenario("name = 'npz'\nfile = 'rows.npz'\nx = 'inputs'")
    assert fitted(answer) == fitted(scenario(INLINE))


def test_paths_are_relative_to_the_file(tmp_path):
    (tmp_path / "deep" / "data").mkdir(parents=True)
    (tmp_path / "deep" / "data" / "rows.csv").write_text("1,1\n2,2\n")
    scenario = tmp_path / "deep" / "mine.toml"
    scenario.write_text(LINE.format(data="name = 'csv'\nfile = 'data/rows.csv'"))
    line = ("run", "deep/mine.toml", "--seeds", 1, "--json")
    answer = process(*line, cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == call("run", scenario, "--seeds", 1, "--json").json


def test_the_last_rows_of_a_file_are_the_test_rows(scenario):
    samples, runs, _ = fitted(scenario(f"{INLINE}\ntest = 2"))
    assert samples == 3 and runs[0]["final_test_loss"] < runs[0]["initial_test_loss"]
    three = INLINE.replace(", 0.75, 1.0]", "]").replace(", 2.5, 3.0]", "]")
    _, without, _ = fitted(scenario(three))
    assert without[0]["final_loss"] == runs[0]["final_loss"]


@pytest.mark.parametrize(
    "data",
    ["name = 'sine'", "name = 'polynomial'\ncoefficients = [1, 2]", "name = 'random_labels'"],
)
def test_a_generator_makes_test_rows_of_its_own(data, scenario):
    answer = scenario(f"{data}\ncount = 20\ntest = 7", "--set", "recipe.learning_rate=0.01")
    samples, runs, _ = fitted(answer)
    assert samples == 20 and isinstance(runs[0]["final_test_loss"], float)
    other = scenario(f"{data}\ncount = 20\ntest = 8", "--set", "recipe.learning_rate=0.01")
    assert fitted(other)[1][0]["final_loss"] == runs[0]["final_loss"]


def test_layers_in_the_list_form_with_dropout(scenario):
    layers = "[{ dense = 4, activation = 'tanh' }, { dropout = 0.25 }, { dense = 1 }]"
    answer = scenario(f"{INLINE}\n[network]\nlayers = {layers}")
    assert (answer.code, answer.err) == (0, "")
    found = answer.json["arms"][0]["network"]["layers"]
    assert [layer.get("dense") for layer in found] == [4, None, 1]
    assert found[1] == {"dropout": 0.25}
    short = "hidden = 4\nactivation = 'tanh'\ndropout = 0.25"
    hidden = scenario(f"{INLINE}\n[network]\n{short}")
    assert hidden.json["arms"] == answer.json["arms"]


def test_words_that_a_terminal_would_obey_are_only_words(scenario, tmp_path):
    """Markup and emoji codes are printed as they stand; control characters are refused."""
    text = LINE.replace("Does it fit a line?", "[bold]a[/] :smile: [/wrong]")
    assert scenario(INLINE, text=text.replace("It does.", "[red]it[/red] [/] does")).code == 0
    for command in ("show", "run", "reproduce"):
        answer = call(command, tmp_path / "mine.toml")
        assert (answer.code, answer.err) == (0, "")
        assert "[red]it[/red] [/] does" in answer.out
    assert ":smile: [/wrong]" in call("show", tmp_path / "mine.toml").out
    escape = LINE.replace("Does it fit", "\\u001b[2J")
    assert "control characters" in scenario(INLINE, text=escape).sentence


def test_few_rows_are_one_batch_unless_the_file_says_otherwise(scenario):
    text = LINE.replace('batch_size = "full"\n', "")
    assert fitted(scenario(INLINE, text=text)) == fitted(scenario(INLINE))
    assert (
        "larger than the 5" in scenario(INLINE, "--set", "recipe.batch_size=6", text=text).sentence
    )


def test_names_of_arms_reach_the_table_as_they_are(tmp_path):
    path = tmp_path / "[b]odd.toml"
    path.write_text(f'arms."[/x]".data = {{ {INLINE.replace(chr(10), ", ")} }}\n')
    answer = call("run", path, "--seeds", 1, "--out", tmp_path / "out")
    assert answer.code == 0 and "[/x]" in answer.out and "[b]odd" in answer.out
    written = json.loads((tmp_path / "out" / "[b]odd.json").read_text())
    assert written["arms"][0]["name"] == "[/x]"


def test_outcome_thresholds_are_settable(scenario):
    strict = LINE + "\n[outcome]\nconverged = 0.0\npromise = 1e9\n"
    _, runs, verdicts = fitted(scenario(INLINE, text=strict))
    assert runs[0]["outcome"] in ("stalled", "oscillating") and verdicts == ["refuted"]


def test_the_number_of_seeds_may_stand_in_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("seeds = 3\n" + LINE.format(data=INLINE))
    assert len(call("run", path, "--json").json["arms"][0]["runs"]) == 3
    assert len(call("run", path, "--seeds", 2, "--json").json["arms"][0]["runs"]) == 2


NOISY = """
question = "Does it fit what there is to fit?"
data = {{ name = "inline", x = {x}, y = {y} }}
network = {{ hidden = [16], activation = "tanh" }}
recipe = {{ optimizer = "adam", learning_rate = 0.01, epochs = 300, schedule = "cosine" }}
"""


def test_a_good_fit_of_noise_is_told_from_a_stall(tmp_path):
    rng = np.random.default_rng(0)
    x = np.linspace(-3, 3, 300)
    y = np.sin(x) + 0.3 * rng.normal(size=300)
    path = tmp_path / "noisy.toml"
    path.write_text(NOISY.format(x=x.tolist(), y=y.tolist()), "utf-8")
    plain = call("run", path, "--seeds", 8, "--json")
    assert plain.json["arms"][0]["outcomes"].get("converged", 0) == 0
    assert "more may not be attainable: --attainable finds out" in plain.err
    told = call("run", path, "--seeds", 8, "--attainable", "--json")
    (arm,) = told.json["arms"]
    assert arm["outcomes"] == {"converged": 1.0} and not told.err
    assert 0.06 < arm["attainable_loss"]["median"] < 0.13
    assert "attainable" in call("run", path, "--seeds", 2, "--attainable").out
    refused = call("run", "born-dead", "--attainable")
    assert refused.code == 2 and "is a theory" in refused.err
