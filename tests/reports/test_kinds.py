"""Every kind of result has one report: what is printed, drawn and written is asked of that."""

import hashlib
import json

import pytest
from rich.console import Console

from fastdense import FastdenseError, theory
from fastdense.reports import files
from fastdense.reports.report import of_kind, report_of, tables
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import load
from fastdense.theory.study import study

KINDS = {
    "scenario": lambda: experiment(load("zero-rate", {"epochs": 2}), seeds=2),
    "theory": lambda: study(theory.load("linear-plateau")),
}


@pytest.fixture(scope="module", params=KINDS)
def report(request):
    found = report_of(KINDS[request.param]())
    assert type(found) is of_kind(request.param)
    return found


def test_what_is_brief_prints_the_same(report):
    def printed(one):
        console = Console(width=150)
        with console.capture() as capture:
            console.print(tables([one]))
        return capture.get()

    assert report.brief().to_dict() == report.to_dict() and report.brief().id == report.id
    assert printed(report.brief()) == printed(report) and report.id in printed(report)


def test_its_files_are_those_that_it_announces(report, tmp_path):
    files.check(report.id, report.endings, tmp_path)
    files.write(report, tmp_path)
    names = {f"{report.id}{ending}" for ending in report.endings}
    assert {path.name for path in tmp_path.iterdir()} == names
    written = json.loads((tmp_path / f"{report.id}.json").read_text("utf-8"))
    assert set(written.pop("files")) == names
    assert {key: written[key] for key in report.to_dict()} == report.to_dict()
    files.check(report.id, report.endings, tmp_path)  # which may be written again


def test_several_kinds_are_printed_together():
    both = [report_of(make()) for make in reversed(KINDS.values())]
    console = Console(width=150)
    with console.capture() as capture:
        console.print(tables(both, points=False))
    text = capture.get()
    assert 0 <= text.index("zero-rate") < text.index("linear-plateau")


def test_its_picture_is_a_figure(report):
    pytest.importorskip("matplotlib")
    assert report.figure().axes


def test_json_is_strict_and_has_a_line_for_what_holds_little():
    curve = {"seed": 1, "loss": [0.5, 1e-300, 3.0], "test_loss": None}
    odd = "line\nend \x00\x7f\x85\u2028\ud7ff é \u4e2d"
    plain = {"arms": [{"runs": [curve, curve], "none": [], "deep": [[1], [[2, ()]]]}], odd: odd}
    text = files.dumps(plain)
    assert json.loads(text) == json.loads(json.dumps(plain))
    lines = [line.strip().rstrip(",") for line in text.split("\n")]
    assert lines.count(json.dumps(curve)) == 2 and all(line.isprintable() for line in lines)
    for value in (None, "a", 1.5, [], {}, [1], {"a": 1}, [[{"a": [{"b": {"c": {}}}]}]]):
        assert json.loads(files.dumps(value)) == value
    for number in (float("nan"), float("inf")):
        for value in (number, [number], {"a": {"b": [{"c": [number]}]}}):
            with pytest.raises(ValueError, match="JSON compliant"):
                files.dumps(value)


def test_a_file_knows_itself_by_its_digest(report, tmp_path):
    files.write(report, tmp_path)
    first = tmp_path / f"{report.id}{report.endings[0]}"
    text = first.read_text()
    plain = json.loads(text)
    written = plain.pop("files")
    assert list(written) == [f"{report.id}{end}" for end in (*report.endings[1:], ".json")]
    assert text == files.dumps({**plain, "files": written}) + "\n"
    content = files.dumps(plain).encode()
    assert written[first.name] == hashlib.blake2b(content, digest_size=16).hexdigest()
    files.check(report.id, report.endings, tmp_path)
    for other in (text.replace("2", "3", 1), text[:-3], text + "{}", text.replace("\n", "\r\n")):
        first.write_bytes(other.encode())
        with pytest.raises(FastdenseError, match="not as a run of"):
            files.check(report.id, report.endings, tmp_path)
