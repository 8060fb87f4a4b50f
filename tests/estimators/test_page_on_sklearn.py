"""The page on the estimators is one program, and the examples print what it says."""

import re
import runpy
from pathlib import Path

import pytest
from sklearn.neural_network import MLPRegressor

import fastdense.sklearn

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sklearn.md").read_text()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_page_runs(capsys):
    names = {}
    for program in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(program, "docs/sklearn.md", "exec"), names)
    (score,) = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"0\.[4-9]\d after \d+ epochs", score)
    assert (names["low"] < names["high"]).all()


def test_a_messy_table_becomes_an_ensemble_in_25_lines(capsys):
    file = ROOT / "examples" / "messy_table.py"
    assert len([line for line in file.read_text().splitlines() if line]) <= 25
    runpy.run_path(str(file))
    (said,) = re.findall(r"```text\n(R2 .*?)\n```", PAGE)
    assert capsys.readouterr().out.strip() == said


def test_another_import_prints_the_same(capsys, monkeypatch):
    file = str(ROOT / "examples" / "another_import.py")
    runpy.run_path(file)
    monkeypatch.setattr(fastdense.sklearn, "DenseRegressor", MLPRegressor)
    runpy.run_path(file)
    ours, theirs = capsys.readouterr().out.splitlines()
    assert ours == theirs and ours.startswith("R2 0.4")
