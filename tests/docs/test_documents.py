"""What the documents show is true: the README's example runs, its commands exist."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_example_runs_and_fits_in_twelve_lines(capsys):
    examples, names = blocks(README, "python"), {}
    assert len([line for line in examples[0].splitlines() if line.strip()]) <= 12
    for example in examples:  # each goes on from the one before
        exec(compile(example, "README.md", "exec"), names)
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("converged") and last.startswith("(3, 256)")


@pytest.mark.parametrize(
    "line", [line for b in blocks(README, "sh") for line in b.splitlines() if "fastdense " in line]
)
def test_commands_are_accepted(line, tmp_path, monkeypatch, capsys):
    from fastdense_cli.app import invoke
    from fastdense_cli.group import app

    command = line.partition("#")[0].rpartition("&&")[2].partition(">")[0].strip()
    if command.startswith("python"):
        pytest.skip("installs or measures; run by hand and by .ci/run")
    arguments = shlex.split(command)[1:]
    monkeypatch.chdir(tmp_path)
    invoke(["show", "rate-adam", "--toml"])
    (tmp_path / "mine.toml").write_text(capsys.readouterr().out)
    # Parsed in full, but not run: the scenarios' own tests do that.
    name, *rest = arguments
    context = app.make_context("fastdense", [name, *rest], resilient_parsing=False)
    app.get_command(context, name).make_context(name, rest, parent=context)


def test_scenario_of_the_documentation_is_read(tmp_path):
    from fastdense.scenarios.scenario import load

    (text,) = blocks((ROOT / "docs" / "scenarios.md").read_text(), "toml")
    (tmp_path / "mine.toml").write_text(text)
    rows = "\n".join(f"{i},{i * i}" for i in range(60))
    (tmp_path / "mine.csv").write_text(f"x,y\n{rows}\n")
    scenario = load(tmp_path / "mine.toml")
    assert [arm.name for arm in scenario.arms] == ["as-it-is", "smaller-rate"]
    assert len(scenario.claims) == 2
    assert len(scenario.arms[0].data.test[0]) == 20


def test_every_measure_is_documented():
    from fastdense.scenarios.measures import MEASURES

    text = (ROOT / "docs" / "scenarios.md").read_text()
    assert set(MEASURES) <= set(re.findall(r"`(\w+)`", text))


def test_every_json_field_is_documented():
    from fastdense.scenarios.experiment import experiment, to_dict
    from fastdense.scenarios.scenario import load

    plain = to_dict(experiment(load("zero-rate", {"recipe.epochs": 2}), seeds=2))
    named = set(re.findall(r"[`\"](\w+)[`\"]", (ROOT / "docs" / "json.md").read_text()))
    fields = set(plain) | set(plain["arms"][0]) | set(plain["claims"][0])
    fields |= set(plain["arms"][0]["runs"][0])
    assert fields <= named


def test_every_json_field_of_a_theory_is_documented():
    from fastdense import theory
    from fastdense.theory._study import study, to_dict

    plain = to_dict(study(theory.load("linear-plateau")))
    text = (ROOT / "docs" / "json.md").read_text()
    text = text[text.index("# The JSON of a theory") : text.index("# The JSON of `bench`")]
    assert {*plain, *plain["points"][0], *plain["claims"][0]} <= set(re.findall(r"`(\w+)`", text))


def test_every_theory_is_described_with_its_command():
    from fastdense import theory

    text = (ROOT / "docs" / "theory.md").read_text()
    assert set(re.findall(r"fastdense run ([\w-]+)", text)) == set(theory.names())


def test_the_theory_of_the_documentation_is_one(tmp_path, monkeypatch):
    """The example is a whole file: it is found, measured and judged."""
    from fastdense import theory
    from fastdense.theory._study import study

    (text,) = blocks((ROOT / "docs" / "theory.md").read_text(), "python")
    (tmp_path / "linear_mean.py").write_text(text)
    monkeypatch.setattr(theory, "__path__", [*theory.__path__, str(tmp_path)])
    theory.names.cache_clear()
    try:
        assert "linear-mean" in theory.names()
        done = study(theory.load("linear-mean"), seeds=4000)
    finally:
        theory.names.cache_clear()
    assert [verdict.verdict for verdict in done.verdicts.values()] == ["holds"]
