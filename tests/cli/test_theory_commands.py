"""Theories at the command line: listed, shown, run and written like scenarios."""

import csv
import json
import re

import pytest
from terminal import call, process

from fastdense import theory
from fastdense.scenarios.scenario import names

SMALL = "--seeds", 300
QUICK = "born-dead", "linear-plateau", "duplicated-unit"


@pytest.mark.parametrize("name", theory.names())
def test_show_says_what_is_measured_and_claimed(name):
    answer = call("show", name, "--json")
    assert (answer.code, answer.err) == (0, "")
    shown = answer.json
    assert (shown["scenario"], shown["kind"]) == (name, "theory")
    assert shown["quantities"] and shown["cases"]
    text = " ".join(call("show", name).out.split())
    assert shown["question"] in text and shown["source"] in text
    for claim in shown["claims"]:
        assert claim["text"] and claim["needed"]


def test_the_list_has_both_kinds():
    entries = call("list", "--json").json
    kinds = [entry.get("kind", "scenario") for entry in entries]
    assert kinds == ["scenario"] * len(names()) + ["theory"] * len(theory.names())
    table = " ".join(call("list").out.split())
    for entry in entries[len(names()) :]:
        assert entry["scenario"] in table and entry["claims"] and entry["quantities"]


@pytest.mark.parametrize("name", QUICK)
def test_the_table_and_the_json_say_the_same(name):
    answer = call("run", name, *SMALL, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json["schema_version"] == 2 and answer.json["scenario"] == name
    table = call("run", name, *SMALL)
    assert (table.code, table.err) == (0, "")
    for point in answer.json["points"]:
        assert f"{point['measured']:.4g}" in table.out and point["series"] in table.out
    for claim in answer.json["claims"]:
        assert claim["verdict"] in table.out


def test_the_first_seed_and_their_number_are_those_asked_for():
    one, again, other = (
        call("run", "born-dead", "--seeds", 200, "--seed", first, "--json").json
        for first in (0, 0, 200)
    )
    assert one == again != other
    assert one["seeds"] == 200 and {point["samples"] for point in one["points"]} == {200}


def test_out_writes_what_stdout_says(tmp_path):
    answer = call("run", "born-dead", *SMALL, "--json", "--out", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"born-dead.json", "born-dead-points.csv"}
    written = json.loads((tmp_path / "born-dead.json").read_text("utf-8"))
    assert set(written.pop("files")) == {path.name for path in tmp_path.iterdir()}
    assert written == answer.json
    with (tmp_path / "born-dead-points.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row, point in zip(rows, answer.json["points"], strict=True):
        assert row["measured"] == str(point["measured"])
        assert [row["interval_low"], row["interval_high"]] == list(map(str, point["interval"]))
        assert [row["theory_low"], row["theory_high"]] == list(map(str, point["theory"]))


def test_reproduce_takes_both_kinds(tmp_path):
    line = "reproduce", "zero-rate", "linear-plateau", "--seeds", 2
    both = call(*line, "--json", "--out", tmp_path).json
    assert both[1] == call("run", "linear-plateau", "--json").json
    assert [one["scenario"] for one in both] == ["zero-rate", "linear-plateau"]
    assert len(list(tmp_path.iterdir())) == 5
    table = call(*line)
    assert not re.search(r"measured +95% interval", table.out)  # no table of points
    assert "17 of 17 points agree" in table.out


REFUSED = {
    "run born-ded": "did you mean 'born-dead'",
    "run born_dead": "did you mean 'born-dead'",
    "show linear-plateu": "did you mean 'linear-plateau'",
    "reproduce zero-rate adam-counterexampel": "did you mean 'adam-counterexample'",
    "run born-dead --arm one": "without arms or recipe",
    "run born-dead --set epochs=3": "without arms or recipe",
    "run born-dead --dtype float64": "without arms or recipe",
    "run born-dead --strict": "no outcome for --strict",
    "run born-dead --seeds 0": "--seeds",
    "show born-dead --toml": "only scenarios have a TOML file",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_makes_no_sense_of_a_theory_is_refused(line):
    assert REFUSED[line] in call(*line.split()).sentence


def test_an_unknown_name_lists_both_kinds():
    sentence = call("run", "qqqqqq").sentence
    assert f"of {len(names()) + len(theory.names())}" in sentence


def test_a_process_of_its_own_prints_the_same_bytes():
    line = "run", "born-dead", "--seeds", 100, "--json"
    assert process(*line) == call(*line)
