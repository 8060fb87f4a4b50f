"""A page says the answer first, loads nothing, and can be read without eyes, mouse or script."""

import base64
import hashlib
import re

import numpy as np
import pytest
from pages import KINDS, Read
from stores import make
from terminal import call

from fastdense_bench.diagnosis import page as diagnosis_page

MOST = {"reproduction": 300_000}  # bytes of three of 81; of all others, 1 MB
OWN = {  # every element that a page may have
    "html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "section",
    "nav", "h1", "h2", "h3", "h4", "p", "span", "code", "pre", "ol", "ul", "li", "dl", "dt", "dd",
    "div", "figure", "figcaption", "details", "summary", "table", "caption", "thead", "tbody", "tr",
    "th", "td", "svg", "path", "line", "rect", "text",
}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def page(request, tmp_path_factory):
    path = KINDS[request.param](tmp_path_factory.mktemp(request.param))
    read = Read(path.read_text("utf-8"))
    read.kind, read.path = request.param, path
    return read


def test_it_is_one_file_of_little_size(page):
    size = page.path.stat().st_size
    assert 8_000 < size < MOST.get(page.kind, 1_000_000)
    assert not [one for one in page.path.parent.iterdir() if one.suffix in (".js", ".css", ".png")]


def test_it_loads_and_runs_nothing(page):
    assert {tag for tag, _ in page.elements} <= OWN
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "style", "onclick", "action", "data"} & set(attributes), tag
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")  # of a gallery only, others
    assert not re.search(r"(?i)https?:|url\(|@import|javascript:|<script", page.text)


def test_its_policy_allows_its_own_style_and_nothing_else(page):
    (policy,) = [m["content"] for m in page.named("meta") if m.get("http-equiv")]
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    # It stands before anything that it is about.
    assert page.text.index("Content-Security-Policy") < page.text.index("<style>")


def test_its_headings_go_down_by_one_and_begin_with_one(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))


def test_a_screen_reader_finds_its_way(page):
    assert page.named("html") == [{"lang": "en"}]
    assert page.named("title") and page.named("main") == [{"id": "main", "tabindex": "-1"}]
    links = page.named("a")
    assert links[0] == {"class": "skip", "href": "#main"}
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in page.elements:
        assert attributes.get("aria-labelledby", ids[0]) in ids
    assert {link["href"][1:] for link in links} <= set(ids)
    assert all(cell.get("scope") in ("row", "col") for cell in page.named("th"))
    for drawn in page.named("svg"):
        told = drawn.get("role") == "img" and drawn.get("aria-label", "").strip()
        assert told or drawn.get("aria-hidden") == "true"


def test_every_picture_has_a_caption_and_the_table_behind_it(page):
    figures = page.text.split("<figure")[1:]
    assert figures, "a page without pictures"
    for figure in figures:
        figure = figure.partition("</figure>")[0]
        assert "<figcaption>" in figure and "<details><summary>Values</summary>" in figure
        assert "<table>" in figure and "<title>" in figure  # what is told when it is hovered over


def test_numbers_that_are_drawn_are_on_the_paper(page):
    for number in re.findall(r'\b(?:d|x|y|x1|x2|y1|y2|width|height)="([^"]*)"', page.text):
        assert "nan" not in number and "inf" not in number
    for shape in page.named("rect"):
        assert float(shape["width"]) >= 0 and float(shape["height"]) >= 0


def test_it_says_how_to_reproduce_it(page):
    assert "How to reproduce this page" in page.plain and "Processor" in page.plain
    assert f"--report {page.path}" in page.plain
    assert page.plain.index("How to reproduce this page") > page.text.count("<h1")  # at the end


def test_the_same_command_writes_the_same_bytes(tmp_path):
    path = tmp_path / "page.html"
    texts = []
    for _ in range(2):
        call("run", "zero-rate", "--draws", 3, "--seeds", 2, "--report", path)
        texts.append(path.read_bytes())
    assert texts[0] == texts[1]


def test_a_run_shows_its_claims_verdicts_and_outcomes(tmp_path):
    path = tmp_path / "page.html"
    answer = call("run", "zero-rate", "--draws", 80, "--report", path, "--json")
    page = Read(path.read_text("utf-8"))
    for claim in answer.json["claims"]:
        for words in (claim["text"], claim["verdict"], claim["source"], claim["evidence"]):
            assert " ".join(words.split()) in page.plain
    (arm,) = answer.json["arms"]
    low, high = arm["outcome_intervals"]["frozen"]
    assert f"100% [{low:.0%}, {high:.0%}]" in page.plain
    assert answer.json["question"] in page.plain
    # The verdict comes before the pictures.
    assert page.text.index("fd-chip") < page.text.index("<figure")


def test_a_run_has_its_signals_also_where_no_claim_needs_them(tmp_path):
    path = tmp_path / "page.html"
    line = "run", "zero-rate", "--draws", 2, "--seeds", 2, "--set", "learning_rate=0.1"
    with_page, without = call(*line, "--report", path, "--json"), call(*line, "--json")
    assert with_page.json == without.json  # observing changes no bit
    plain = Read(path.read_text("utf-8")).plain
    for words in ("gradient norm", "update ratio", "dead share", "mean slope", "layer 1"):
        assert words in plain


def test_a_diagnosis_shows_the_answer_the_remedies_and_what_to_paste(tmp_path):
    path = KINDS["diagnosis"](tmp_path)
    page = Read(path.read_text("utf-8"))
    found = call("diagnose", tmp_path / "stuck.toml", "--effort", "quick", "--json").json
    assert found["answer"] in page.plain
    for remedy in found["remedies"]:
        assert remedy["words"] in page.plain
        for name in ("before", "after", "placebo"):
            assert "{} of {} good".format(*remedy[name]) in page.plain
    for cause in found["causes"][:3]:
        assert cause["cause"] in page.plain and cause["evidence"][0] in page.plain
    for heading in ("In TOML", "Behind the same command", "In Python", "In Keras", "In PyTorch"):
        assert heading in page.plain
    (remedy,) = [one for one in found["remedies"] if one["verified"]][:1]
    for setting in remedy["change"]:
        assert f"{setting} = " in page.plain
    assert "gradient norm" in page.plain and "attainable" in page.plain


CLIPPED = """
import keras
import numpy as np
x = np.random.default_rng(0).normal(size=(200, 2))
dense = keras.layers.Dense
model = keras.Sequential([keras.Input((2,)), dense(16, "relu"), dense(1, "relu")])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, x[:, :1] * x[:, 1:], epochs=50, batch_size=20, verbose=0)
"""


def headings_to_paste(path):
    plain = Read(path.read_text("utf-8")).plain
    return {name for name in ("In TOML", "Behind the same command", "In Keras") if name in plain}


def test_only_what_can_be_pasted_somewhere_is_offered(tmp_path):
    page = tmp_path / "page.html"
    (tmp_path / "program.py").write_text(CLIPPED)
    told = call("diagnose", tmp_path / "program.py", "--effort", "quick", "--report", page)
    assert told.code == 3 and headings_to_paste(page) == {"In Keras"}, told
    x = np.linspace(-1, 1, 60)
    rows = "".join(f"{a:.4g},{1e4 * a * a + 1e5:.6g}\n" for a in x)
    (tmp_path / "far.csv").write_text("a,price\n" + rows)
    told = call("diagnose", tmp_path / "far.csv", "--effort", "quick", "--report", page)
    assert told.code == 3, told
    assert headings_to_paste(page) == {"Behind the same command", "In Keras"}


def test_a_page_of_a_sweep_has_the_shares_that_are_printed(tmp_path):
    path = KINDS["sweep"](tmp_path)
    page = Read(path.read_text("utf-8"))
    found = call("sweep", "show", tmp_path / "a.db", "--json").json
    assert f"{found['runs']:,} runs" in page.plain
    assert "learning_rate" in page.plain and "init_scale" in page.plain
    assert page.text.count('class="fd-h') + page.text.count('class="fd-empty') > 3 * 12
    for group in found["groups"]:
        assert f"<td>{group['runs']}</td>" in page.text


def test_the_runs_that_were_chosen_are_those_of_the_page(tmp_path):
    make(tmp_path / "a.db", {"learning_rate": [0.01, 1.0]}, seeds=9)
    path = tmp_path / "page.html"
    few = "sweep", "show", tmp_path / "a.db", "--where", "learning_rate=1"
    call(*few, "--report", path)
    plain = Read(path.read_text("utf-8")).plain
    assert "9 where learning_rate=1" in plain
    none = "sweep", "show", tmp_path / "a.db", "--where", "learning_rate>2"
    assert call(*none, "--report", path).code == 0
    assert "There are no such runs." in Read(path.read_text("utf-8")).plain


def test_a_benchmark_says_how_many_times_as_fast(tmp_path):
    page = Read(KINDS["benchmark"](tmp_path).read_text("utf-8"))
    assert "times as fast" in page.plain and "numpy" in page.plain and " us" in page.plain
    assert "GFLOP/s" in page.plain


def test_what_is_published_is_counted_apart_from_controls(tmp_path):
    path = tmp_path / "page.html"
    answer = call("reproduce", "dead-relu", "zero-rate", "--seeds", 2, "--report", path, "--json")
    claims = [claim for one in answer.json for claim in one["claims"]]
    own = sum(claim["own"] for claim in claims)
    plain = Read(path.read_text("utf-8")).plain
    assert f"Of {len(claims) - own} published claims in 2 scenarios" in plain
    assert f"Of {own} controls of this project's own" in plain


def test_arms_share_an_axis_unless_some_begin_far_above_others(tmp_path):
    def axes(sizes):
        """The texts along the loss axis of each arm."""
        path = tmp_path / "page.html"
        arms = "".join(
            f'[arms.a{i}.network]\nhidden = [4]\nweights = {{ name = "normal", std = {size} }}\n'
            for i, size in enumerate(sizes)
        )
        (tmp_path / "mine.toml").write_text(
            f'data = {{ name = "sine", count = 16 }}\nrecipe = {{ epochs = 3 }}\n{arms}'
        )
        answer = call("run", tmp_path / "mine.toml", "--seeds", 3, "--report", path)
        assert answer.code == 0, answer
        pictures = path.read_text("utf-8").split('role="img" aria-label="loss by epoch')[1:]
        return [
            re.findall(r'text-anchor="end">([^<]*)', one.partition("</svg>")[0]) for one in pictures
        ]

    near, far = axes([0.1, 0.5]), axes([0.1, 1e6])
    assert near[0] == near[1] and far[0] != far[1]


def test_a_page_on_estimators_says_how_many_times_as_fast_and_each_fit(tmp_path):
    page = Read(KINDS["benchmark_of_estimators"](tmp_path).read_text("utf-8"))
    assert "In 2 cases fastdense fits 4.47 times as fast as scikit-learn" in page.plain
    assert "2.00 times at least" in page.plain and "iris: 10 times as fast" in page.plain
    for words in ("80.0 ms", "8.0 ms", "1.9.1", "88%, 0.40", "0.9667"):
        assert words in page.plain


def test_a_page_on_diagnoses_says_how_often_they_are_right_and_each_case(tmp_path):
    page = Read(KINDS["benchmark_of_diagnosis"](tmp_path).read_text("utf-8"))
    assert "Published cases: 3 templates" in page.plain and "in 50% of the faults" in page.plain
    for words in ("raise the learning rate 10 times", "It <stalls> at once.", "needs rows"):
        assert words in page.plain


def test_a_page_on_other_packages_has_their_figures(tmp_path):
    path = tmp_path / "page.html"
    results = {
        "peers": [], "cases": {}, "most_updates": 1, "versions": {"torch": "2.0"}, "starts": 3,
    }  # fmt: skip
    diagnosis_page.write_peers(path, results, [], None)
    assert "0 packages" in Read(path.read_text("utf-8")).plain
    assert "torch 2.0; 3 starts of each case" in path.read_text("utf-8")
