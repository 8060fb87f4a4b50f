"""A damaged store is answered with one sentence, wherever the damage is and whatever is asked."""

import contextlib
import io
import json
import random
import shutil
import sqlite3

import pytest
from small import BASE

from fastdense import FastdenseError, sweep
from fastdense.sweeps.grid import read_grid
from fastdense.sweeps.plan import Base, Settings, make_plan
from fastdense.sweeps.store.writer import Store
from fastdense_cli.app import invoke

GRID = {"learning_rate": [0.01, 0.1, 1.0], "network.hidden": [2, 3]}
# Of a sweep that goes on with it.
PLAN = make_plan(Base(BASE), read_grid(GRID), 21, settings=Settings(measures=["excess"]))
ASKED = [
    ["show"],
    ["show", "--list", "--json"],
    ["show", "--json", "--where", "final_loss<0.1", "--by", "hidden"],
    ["export", "--csv", "--curves"],
    ["export", "--jsonl", "--curves"],
    ["export", "--parquet", "--curves", "--out", "OUT"],
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store of some pages."""
    path = tmp_path_factory.mktemp("whole") / "a.db"
    sweep(BASE, GRID, seeds=20, store=path, measures=["excess"])
    return path


def look(path, chance):
    """Ask some of a store, and go on with it; each is done or refused in one sentence."""
    path.with_name("out").unlink(missing_ok=True)
    for verb, *rest in chance.sample(ASKED, 2):
        rest = [str(path.with_name("out")) if word == "OUT" else word for word in rest]
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = invoke(["sweep", verb, str(path), *rest])
        said = err.getvalue()
        assert code in (0, 2), (verb, rest, said)
        assert said.count("\n") == (1 if code else 0) and len(said) < 500, (verb, rest, said)
    try:
        with Store(path, resume=True) as store:
            store.begin(PLAN.definition)
            for number, group in enumerate(PLAN.groups):
                store.enter(number, group)
            store.table()
    except FastdenseError as error:
        assert "\n" not in str(error) and len(str(error)) < 400
        return False
    return True


def damaged(content, chance):
    """The bytes of a store with some of them zero, others, missing, or in another place."""
    content, kind = bytearray(content), chance.randrange(4)
    length = chance.choice([1, 16, 512, 8192])
    place = chance.randrange(0, len(content), min(length, 512))
    if kind == 0:
        content[place : place + length] = bytes(len(content[place : place + length]))
    elif kind == 1:
        part = len(content[place : place + length])
        content[place : place + length] = chance.randbytes(part)
    elif kind == 2:
        del content[place:]
    else:
        other = chance.randrange(0, len(content), 512)
        part = content[other : other + length]
        content[place : place + len(part)] = part
    return content


def test_the_sentence_says_which_file_and_what_to_do(whole, tmp_path):
    path = tmp_path / "a.db"
    content = bytearray(whole.read_bytes())
    content[8192:] = b"\xff" * len(content[8192:])
    path.write_bytes(content)
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        assert invoke(["sweep", "show", str(path)]) == 2
    assert "a.db', database disk image is malformed; take a copy from before" in said.getvalue()


@pytest.mark.parametrize("seed", range(8))
def test_bytes_that_are_damaged(seed, whole, tmp_path):
    chance, path = random.Random(seed), tmp_path / "a.db"
    content, refused = whole.read_bytes(), 0
    for _ in range(40):
        path.write_bytes(damaged(content, chance))
        refused += not look(path, chance)
    assert refused, "nothing was damaged that mattered"


ODD = [
    "NULL", "'text'", "''", "x'00'", "x'000000000000f87f'", "-1", "7", "1.5", "9e999", "-9e999",
    "9223372036854775807", "-9223372036854775808", "'NaN'", "'[]'", "'{}'", "'null'", "zeroblob(9)",
]  # fmt: skip
COLUMNS = {
    "runs": "cell seed outcome steps initial_loss final_loss final_test_loss measured curve",
    "points": "sweep point cell seeds",
    "cells": "id key configuration numbers",
    "configurations": "id key content",
    "sweeps": "id key began definition",
}
KEYS = {"runs": "cell, seed", "points": "sweep, point"}
PLACES = [(table, column) for table, names in COLUMNS.items() for column in names.split()]


def changed(whole, path, statement, *values):
    """Copy a store, and change it as no sweep does; whether that was possible."""
    shutil.copy(whole, path)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA ignore_check_constraints = ON")
        return db.execute(statement, values).rowcount > 0
    except sqlite3.Error:
        return False
    finally:
        db.close()


@pytest.mark.parametrize("table, column", PLACES)
def test_values_of_a_wrong_kind(table, column, whole, tmp_path):
    chance, done = random.Random(column), 0
    key = KEYS.get(table, "id")
    for value in ODD:
        row = f"({key}) = (SELECT {key} FROM {table} LIMIT 1 OFFSET {chance.randrange(2)})"
        statement = f"UPDATE OR IGNORE {table} SET {column} = {value} WHERE {row}"
        if changed(whole, tmp_path / "a.db", statement):
            look(tmp_path / "a.db", chance)
            done += 1
    assert done


DEFINED = ["base", "axes", "seeds", "runs", "measures", "cells"]
WRONG = [
    None, 7, -1, 1.5, "x", [], {}, [[]], [1, 2], ["x", 1], [-1, 3], [2**70, 1], [["p", []]],
    [["p", [1e999]]], [["p", [2**70, 1]]], [["p", [None, {}, [[]]]]], [[7, [1]]], ["\ud800"],
    [["p", ["\ud800"]]], [["p", {"a": 1}]], 2**70, float("nan"), True,
]  # fmt: skip


@pytest.mark.parametrize("field", DEFINED)
def test_definitions_of_a_wrong_kind(field, whole, tmp_path):
    db = sqlite3.connect(whole)
    definition = json.loads(db.execute("SELECT definition FROM sweeps").fetchone()[0])
    db.close()
    for wrong in WRONG:
        text = json.dumps({**definition, field: wrong})
        assert changed(whole, tmp_path / "a.db", "UPDATE sweeps SET definition = ?", text)
        look(tmp_path / "a.db", random.Random(text))


CONFIGURED = [
    {"evaluate_every": 0}, {"evaluate_every": -1}, {"evaluate_every": None}, {"curve_points": -1},
    {"curve_points": "x"}, {"recipe": {"epochs": 2**62}}, {"recipe": {"epochs": -5}}, {"recipe": 3},
]  # fmt: skip


@pytest.mark.parametrize("wrong", CONFIGURED, ids=str)
def test_configurations_of_a_wrong_kind(wrong, whole, tmp_path):
    db = sqlite3.connect(whole)
    text = db.execute("SELECT content FROM configurations").fetchone()[0]
    db.close()
    text = json.dumps({**json.loads(text), **wrong})
    assert changed(whole, tmp_path / "a.db", "UPDATE configurations SET content = ?", text)
    look(tmp_path / "a.db", random.Random(text))
