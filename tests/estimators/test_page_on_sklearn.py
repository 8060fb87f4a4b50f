"""The page on the estimators is one program."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "sklearn.md").read_text()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_page_runs(capsys):
    names = {}
    programs = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for program in programs:
        exec(compile(program, "docs/sklearn.md", "exec"), names)
    score, tuned = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"0\.[4-9]\d after \d+ epochs", score)
    assert float(tuned) > 0.8
    assert len([line for line in programs[1].splitlines() if line]) <= 25
    assert (names["low"] < names["high"]).all()
