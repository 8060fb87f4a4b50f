"""The programs that the page of comparisons calls the same as Keras's still are, but for chance."""

import importlib.util
import json
import re
import sys

import pytest

from fastdense_bench.keras import compare, judging, running

COMMAND = [sys.executable, "-m", "fastdense.keras"]
EXPECTED = json.loads(running.EXPECTED.read_text("utf-8"))["programs"]
PAGE = running.HERE.parent.joinpath("keras.md").read_text("utf-8")
OWN = PAGE.partition(compare.OWN)[2]
SAME = re.findall(r"^\| (\w+) \| \d+ \| as Keras", OWN, re.MULTILINE)


def missing(path):
    """A library that a program wants and that is not there, or None."""
    wanted = re.findall(r"^(?:import|from) (\w+)", path.read_text("utf-8"), re.MULTILINE)
    wanted = {name for name in wanted if name not in ("keras", "tensorflow")}
    return next((name for name in wanted if importlib.util.find_spec(name) is None), None)


def test_the_page_has_every_program():
    rows = re.findall(r"^\| (\w+) \| \d+ \|", OWN, re.MULTILINE)
    assert rows == sorted(EXPECTED) == [path.stem for path in running.programs()]
    assert f"{len(SAME)} give what Keras gives" in PAGE


@pytest.mark.parametrize("name", SAME)
def test_a_program_gives_what_it_gives_on_keras(name):
    path = running.HERE / "programs" / f"{name}.py"
    if missing(path):
        pytest.skip(f"{missing(path)} is not installed")
    report, _ = running.run(COMMAND, path, 0)
    values = EXPECTED[name]["values"].items()
    sure = {key: value for key, value in values if value["kind"] in ("equal", "number")}
    assert list(judging.differences([report], sure)) == []
