"""The page on verdicts states what the code does; the README's counts are those of the last run."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from fastdense.judging.intervals import share_interval
from fastdense.judging.verdicts import EFFECT, HOW_OFTEN, of_difference, of_share
from fastdense.scenarios import article
from fastdense.scenarios import scenario as scenarios

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "verdicts.md").read_text()
LAST = json.loads((ROOT / "docs" / "verdicts.json").read_text())


def rows(heading):
    """Cells of the first table under a heading."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_frequencies_is_that_of_the_code():
    for _, word, right, wrong in rows("Claims of how often"):
        found = [float(re.search(r"([\d.]+)%", cell)[1]) / 100 for cell in (right, wrong)]
        assert tuple(found) == HOW_OFTEN[word.strip("`")]
    assert f"from {EFFECT:.0%} on" in PAGE


def test_the_examples_come_out_as_they_say():
    for claim, found, word in rows("Examples"):
        if " of 320" in found:
            true = int(found.split()[0])
            spread = np.diff(np.arange(321) * true // 320) > 0
            interval = share_interval(spread.reshape(80, 4))
            assert "[{:.0%}, {:.0%}]".format(*interval) in found, interval
            assert of_share(interval, claim.split(":")[0]) == word
        else:
            ends = [float(end) / 100 for end in re.findall(r"([-+][\d.]+)%", found)[1:]]
            assert of_difference(ends, EFFECT, "below") == word


@pytest.mark.parametrize("name", article.names())
def test_every_sentence_of_an_article_is_judged_or_says_why_not(name):
    for sentence in article.load(name).sentences:
        assert sentence.text and sentence.where
        for scenario, claim in sentence.judged_by:
            assert claim in {one.name for one in scenarios.load(scenario).claims}, scenario


def test_the_last_run_is_of_the_claims_there_are():
    found = {name: [one.text for one in scenarios.load(name).claims] for name in scenarios.names()}
    last = {
        name: [claim["text"] for claim in claims]
        for name, claims in LAST["scenarios"].items()
        if name not in LAST["theories"]
    }
    assert last == found, "run python docs/verdicts.py"


def published():
    return [claim for of in LAST["scenarios"].values() for claim in of if not claim.get("own")]


def test_the_counts_of_the_readme_are_those_of_the_last_run():
    readme = " ".join((ROOT / "README.md").read_text().split())
    counts = Counter(claim["verdict"] for claim in published())
    scenario_count = len(LAST["scenarios"]) - len(LAST["theories"])
    assert f"{len(published())} claims" in readme
    assert f"{scenario_count} scenarios and {len(LAST['theories'])} theories" in readme
    for word, one, told in (
        ("holds", "holds", "hold"),
        ("partly", "holds partly", "hold partly"),
        ("refuted", "is refuted", "are refuted"),
        ("no difference", "makes no difference", "make no difference"),
        ("undecided", "is undecided", "are undecided"),
    ):
        count = counts.pop(word, 0)
        if count:
            assert f"{count} {told if count > 1 else one}" in readme, (word, count)
    assert not counts


@pytest.mark.parametrize("name", article.names())
def test_the_page_of_an_article_is_that_of_the_last_run(name):
    import importlib.util

    spec = importlib.util.spec_from_file_location("verdicts", ROOT / "docs" / "verdicts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = module.page(article.load(name), LAST["scenarios"])
    assert (ROOT / "docs" / "articles" / f"{name}.md").read_text() == page
