"""The site: what is generated has every entry, every page has a place, every link a target."""

import re
import sys
from pathlib import Path

import pytest

import fastdense
from fastdense import catalogue, theory
from fastdense.scenarios import scenario as scenarios

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "extensions"))
import entry_pages  # noqa: E402
import keras_pages  # noqa: E402
import repository_pages  # noqa: E402

LINK = re.compile(r"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]*))?\)")
BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
WRITTEN = [
    path
    for folder in (DOCS, ROOT / "bench", ROOT / "examples")
    for path in sorted(folder.rglob("*.md"))
    if repository_pages.GENERATED not in path.parents
] + [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def anchors(path):
    """What the headings of a page are called in links."""
    text = BLOCK.sub("", path.read_text("utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_has_a_target_in_a_plain_view(path):
    for target, anchor in LINK.findall(BLOCK.sub("", path.read_text("utf-8"))):
        named = (path.parent / target).resolve() if target else path
        if repository_pages.GENERATED in named.parents:  # made when the site is built
            continue
        assert named.exists(), (target, anchor)
        if anchor:
            assert anchor in anchors(named), (target, anchor)


@pytest.fixture(scope="module")
def pages():
    return entry_pages.pages()


def test_every_entry_has_a_section(pages):
    for kind in catalogue.CONTRACTS:
        text = pages[f"{kind}.md"]
        for name in catalogue.names(kind):
            entry = catalogue.get(kind, name)
            _, _, section = text.partition(f"({kind}-{name})=\n")
            section = section.partition("\n(")[0]
            assert entry_pages.escaped(entry.summary) in section
            assert entry_pages.escaped(entry.source) in section
            assert all(f"`{key}`" in section for key in entry.hyper), name


def test_every_scenario_and_theory_has_a_page(pages):
    for name in scenarios.names():
        text, scenario = pages[f"scenarios/{name}.md"], scenarios.load(name)
        assert entry_pages.escaped(scenario.question) in text
        assert scenarios.text_of(name).strip() in text
        assert all(entry_pages.escaped(claim.text) in text for claim in scenario.claims)
        assert f"scenarios/{name}" in pages["scenarios.md"]
    for name in theory.names():
        text = pages[f"theories/{name}.md"]
        assert entry_pages.escaped(theory.load(name).question) in text
        assert f"theories/{name}" in pages["theories.md"]


def test_tables_have_as_many_cells_in_every_row(pages):
    for name, text in pages.items():
        outside = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
        rows = re.findall(r"^\|.*\|$", outside, re.MULTILINE)
        tables = "\n".join(rows).split("| --- ")
        assert all("\n" not in row for row in rows) and len(tables) < 200, name
        for header, rule in zip(rows, rows[1:], strict=False):
            if set(rule) <= set("|- "):
                assert len(re.findall(r"(?<!\\)\|", header)) == rule.count("|"), (name, header)


def test_every_public_name_is_in_the_reference():
    text = (DOCS / "reference" / "python.md").read_text()
    named = re.findall(r"^\.\. auto\w+:: (\S+)$", text, re.MULTILINE)
    assert set(fastdense.__all__) <= set(named)
    text = (DOCS / "reference" / "sklearn.md").read_text()
    sklearn = pytest.importorskip("fastdense.sklearn", reason="scikit-learn is not installed")
    assert set(re.findall(r"autoclass:: (\S+)", text)) == set(sklearn.__all__)


def test_the_reference_of_keras_has_what_is_served():
    from fastdense.keras import layers

    assert set(layers.LAYERS) - set(keras_pages.served(layers)) == set()


def test_every_page_has_a_place():
    """In exactly one table of contents; those of generated folders are in generated ones."""
    index = (DOCS / "index.md").read_text()
    trees = [index, *((DOCS / n).read_text() for n in ("articles/index.md", "reference/python.md"))]
    named = set(re.findall(r"^[\w./-]+$", "\n".join(trees), re.MULTILINE))
    for path in DOCS.rglob("*.md"):
        if repository_pages.GENERATED in path.parents or path.name == "index.md":
            continue
        name = path.relative_to(DOCS).with_suffix("")
        assert {str(name), name.name} & named, path
    for page in repository_pages.PAGES:
        assert f"generated/{page.removesuffix('.md')}" in index, page


def test_links_are_rewritten_for_another_place():
    at, to = ROOT / "bench" / "README.md", repository_pages.GENERATED / "bench" / "README.md"
    text = "[a](diagnosis.md#x) [b](../docs/json.md) [c](https://a.b/c.md) [d](#e) [f](keras)"
    assert repository_pages.rewritten(text, at, to) == (
        "[a](diagnosis.md#x) [b](../../json.md) [c](https://a.b/c.md) [d](#e) "
        "[f](../../../bench/keras/index.md)"
    )
    page = DOCS / "diagnosis.md"
    assert "(generated/bench/diagnosis.md)" in repository_pages.rewritten(
        "[x](../bench/diagnosis.md)", page, page
    )
