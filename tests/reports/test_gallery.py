"""The gallery: a page each, links that lead somewhere, verdicts that are those of the runs."""

import os
import re
from urllib.parse import unquote

import pytest
from pages import Read
from terminal import call

from fastdense import parallel
from fastdense.scenarios import article

SCENARIOS = "zero-rate", "constant-init", "linear-plateau"
FEW = "--draws", 2, "--seeds", 2


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery") / "site"
    answer = call("gallery", *SCENARIOS, *FEW, "--out", folder, "--json")
    assert answer.code == 0
    pages = {
        path.relative_to(folder).as_posix(): Read(path.read_text("utf-8"))
        for path in folder.rglob("*.html")
    }
    assert answer.json == {"folder": str(folder), "pages": sorted(pages)}
    return pages


def test_it_has_an_index_and_a_page_each(site):
    assert {
        "index.html", "scenarios/zero-rate.html", "scenarios/constant-init.html",
        "theories/linear-plateau.html", "articles/zero-rate.html",
    } <= set(site)  # fmt: skip
    judged = {
        f"articles/{name}.html"
        for name in article.names()
        if any(one in SCENARIOS for s in article.load(name).sentences for one, _ in s.judged_by)
    }
    assert {name for name in site if name.startswith("articles/")} == judged


def test_every_link_leads_to_a_page_or_a_place(site):
    for name, page in site.items():
        ids = {attributes.get("id") for _, attributes in page.elements}
        for link in page.named("a"):
            href = unquote(link["href"])
            if href.startswith("#"):
                assert href[1:] in ids
            else:
                assert os.path.normpath(os.path.join(os.path.dirname(name), href)) in site
        assert name == "index.html" or "../index.html" in {a["href"] for a in page.named("a")}


def test_sentences_of_articles_lead_to_what_judges_them(site):
    page = site["articles/zero-rate.html"]
    for sentence in article.load("zero-rate").sentences:
        assert " ".join(sentence.text.replace("`", " ").split()) in page.plain
    links = [link["href"] for link in page.named("a")]
    judged = [
        one for s in article.load("zero-rate").sentences for one, _ in s.judged_by
        if one in SCENARIOS
    ]  # fmt: skip
    assert links.count("../scenarios/zero-rate.html") == judged.count("zero-rate") > 0
    assert "what judges it was not carried out here" in page.plain


def test_its_verdicts_are_those_of_the_runs(site):
    found = call("reproduce", *SCENARIOS, *FEW, "--json").json
    for one in found:
        kind = "theories" if one.get("kind") == "theory" else "scenarios"
        page = site[f"{kind}/{one['scenario']}.html"]
        assert one["question"] in site["index.html"].plain and one["question"] in page.plain
        words = re.findall(r"[✓◐✗=?] (holds|partly|refuted|no difference|undecided)", page.plain)
        given = [claim["verdict"] for claim in one["claims"]]
        assert words[-len(given) :] == given


def test_pages_load_nothing(site):
    for page in site.values():
        assert not re.search(r"(?i)https?:|url\(|@import|javascript:|<script|\ssrc=", page.text)
        (policy,) = [m["content"] for m in page.named("meta") if m.get("http-equiv")]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_ctrl_c_leaves_no_half_written_site(tmp_path, monkeypatch):
    def interrupted(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(parallel, "on_all_cores", interrupted)
    answer = call("gallery", "zero-rate", "--out", tmp_path / "site")
    assert (answer.code, os.listdir(tmp_path)) == (130, [])


def test_a_folder_of_others_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "on_all_cores", None)
    (tmp_path / "mine").write_text("")
    assert "not as a gallery left them" in call("gallery", "--out", tmp_path).sentence
    assert "is no folder" in call("gallery", "--out", tmp_path / "mine").sentence
    twice = call("gallery", "zero-rate", "zero-rate", "--out", tmp_path / "site").sentence
    assert "2 of the scenarios are called 'zero-rate'" in twice
    assert "did you mean" in call("gallery", "zero-rat", "--out", tmp_path / "site").sentence
    assert "--out" in call("gallery", "zero-rate").sentence
