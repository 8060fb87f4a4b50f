"""`--report`: what is refused before anything is trained, and that a page is whole or not there."""

import importlib.util
import os

import pytest
from pages import KINDS, STUCK, Read
from stores import make
from terminal import call

from fastdense import parallel
from fastdense_cli import subject

LINES = {
    "run": ("run", "zero-rate", "--draws", 2, "--seeds", 2),
    "reproduce": ("reproduce", "zero-rate", "--draws", 2, "--seeds", 2),
    "sweep": ("sweep", "show", "a.db"),
    "diagnose": ("diagnose", "stuck.toml"),
    "bench": ("bench", "1-16-8-1 relu sgd b32", "--peers", "numpy"),
}


@pytest.fixture(params=LINES)
def line(request, tmp_path, monkeypatch):
    """A command in a folder with what it reads; that it begins its work is an error."""
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "a.db", {"learning_rate": [0.1, 1.0]})
    (tmp_path / "stuck.toml").write_text(STUCK)

    def begins(*given, **options):
        raise AssertionError("work began")

    from fastdense.diagnosis.search import Search
    from fastdense.reports.html import of_sweep
    from fastdense_bench import suite

    monkeypatch.setattr(subject, "carry_out", begins)
    monkeypatch.setattr(Search, "answer", begins)
    monkeypatch.setattr(suite, "run", begins)
    monkeypatch.setattr(of_sweep, "write", begins)
    return LINES[request.param]


@pytest.mark.parametrize(
    "path, says",
    [
        ("page.pdf", "'page.pdf' is no page; give a file.html"),
        ("page", "give a file.html"),
        ("nowhere/page.html", "its folder does not exist"),
        ("folder.html", "it is a folder"),
        ("x" * 300 + ".html", "File name too long"),
    ],
)
def test_a_place_without_a_page_is_refused_before_the_work(line, path, says, tmp_path):
    (tmp_path / "folder.html").mkdir()
    before = sorted(os.listdir(tmp_path))
    assert says in call(*line, "--report", path).sentence
    assert sorted(os.listdir(tmp_path)) == before


def test_without_jinja2_a_sentence_names_the_extra(line, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "jinja2" else find_spec(name)
    )
    sentence = call(*line, "--report", "page.html").sentence
    assert "python -m pip install 'fastdense[report]'" in sentence
    assert not os.path.exists("page.html")
    assert "fastdense[report]" in call("gallery", "--out", "site").sentence


def test_what_is_read_is_not_written(tmp_path):
    (tmp_path / "a.html").write_text(STUCK)
    os.symlink("a.html", tmp_path / "mine.toml")
    for line in (("run",), ("diagnose",), ("reproduce",)):
        answer = call(*line, tmp_path / "mine.toml", "--report", tmp_path / "a.html")
        assert "is read by this command" in answer.sentence
    make(tmp_path / "b.html", {"learning_rate": [0.1, 1.0]})
    line = "sweep", "show", tmp_path / "b.html", "--report", tmp_path / "b.html"
    assert "is read by this command" in call(*line).sentence


@pytest.mark.parametrize(
    "line, says",
    [
        ("sweep show a.db --list --report a.html", "--list makes no page"),
        ("reproduce zero-rate --check-draws 2 --report a.html", "--check-draws makes no page"),
    ],
)
def test_what_has_no_page_says_so(line, says):
    assert says in call(*line.split()).sentence


def test_an_interrupt_leaves_the_page_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    path.write_text("older")

    def interrupted(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(parallel, "on_all_cores", interrupted)
    answer = call("reproduce", "zero-rate", "--report", path)
    assert answer.code == 130
    assert path.read_text() == "older" and os.listdir(tmp_path) == ["page.html"]


def test_what_is_printed_is_the_same_with_a_page(tmp_path):
    """And the page of an older run is replaced."""
    path = tmp_path / "page.html"
    path.write_text("older")
    line = "run", "zero-rate", "--draws", 3, "--seeds", 2
    assert call(*line, "--report", path) == call(*line)
    assert "<h1" in path.read_text()


def test_a_program_has_a_part_for_each_fit(tmp_path):
    page = Read(KINDS["diagnosis_of_program"](tmp_path).read_text("utf-8"))
    assert "Diagnosis of 1 fit of program.py" in page.plain and "line 7: fit, loss" in page.plain
    assert "Nothing is updated: the learning rate is zero." in page.plain
    assert page.plain.count("Nothing is updated: the learning rate is zero.") == 1


def test_the_command_is_written_as_a_shell_takes_it(tmp_path):
    path = tmp_path / "a page.html"
    call("run", "zero-rate", "--draws", 2, "--set", "network.hidden=[2, 3]", "--report", path)
    plain = Read(path.read_text("utf-8")).plain
    assert (
        f"fastdense run zero-rate --draws 2 --set 'network.hidden=[2, 3]' --report '{path}'"
        in plain
    )
