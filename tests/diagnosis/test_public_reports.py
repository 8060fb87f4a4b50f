"""Public reports of stuck losses, rebuilt small: the first cause is one that was found for them."""

import json
from pathlib import Path

import pytest

from fastdense.diagnosis.search import Search
from fastdense.diagnosis.subject import arm_of

FOLDER = Path(__file__).parents[1] / "data" / "reports"
REPORTS = {one["id"]: one for one in json.loads((FOLDER / "cases.json").read_text())}


@pytest.mark.parametrize("name", [name for name, one in REPORTS.items() if one["labels"]])
def test_the_first_cause_is_one_that_was_found(name):
    report = REPORTS[name]
    case, _ = arm_of(str(FOLDER / report["files"][0]), is_file=True)
    found = Search(case, "quick").answer()
    told = found.causes[0].cause.label if found.causes else "NONE"
    assert told in report["labels"], found.answer
