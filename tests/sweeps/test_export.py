"""What is exported and read back is the table, to the last bit."""

import csv
import json
import math
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from stores import make, stores

from fastdense.reports import exports
from fastdense.reports.exports import csv as comma_separated
from fastdense.sweeps.filters import Filter
from fastdense.sweeps.store import reader
from fastdense.sweeps.store.connection import connect
from fastdense.sweeps.table import CURVE, LOSSES, Table
from fastdense_cli.app import invoke


def bits(values, dtype=float):
    """Floats as integers; one NaN is as good as another."""
    values = np.array(values, dtype)
    return np.where(np.isnan(values), np.nan, values).astype(dtype).view(f"i{values.itemsize}")


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in CURVE if CURVE[0] in row else ():
            row[name] = [float(part) for part in row[name].split()]
    return rows


def read_jsonl(path):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line, parse_constant=refuse) for line in lines]


def read_parquet(path):
    return pyarrow.parquet.read_table(path).to_pylist()


READERS = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet}


def same_value(axis, form, read):
    """The values of an axis that a text or a value read back may stand for."""
    texts = [value if isinstance(value, str) else json.dumps(value) for value in axis.values]
    assert len(set(texts)) == len(texts)
    if form == "jsonl" or not isinstance(read, str):
        return [value for value in axis.values if type(value) is not str and value == read] or [
            value for value in axis.values if value == read
        ]
    return [value for value, text in zip(axis.values, texts, strict=True) if text == read]


def assert_same(table, rows, form, curves):
    assert len(rows) == table.rows
    for axis, places in zip(table.axes, table.places, strict=True):
        for row, place in zip(rows, places, strict=True):
            assert same_value(axis, form, row[axis.path]) == [axis.values[place]]
    assert [row["outcome"] for row in rows] == table["outcome"].tolist()
    for name in ("seed", "steps"):
        assert [int(row[name]) for row in rows] == table[name].tolist()
    paths = [axis.path for axis in table.axes]
    numbers = [n for n in table if n not in (*paths, "outcome", "seed", "steps", *CURVE)]
    assert set(LOSSES) <= set(numbers)
    for name in numbers:
        read = [float(row[name]) for row in rows]
        np.testing.assert_array_equal(bits(read), bits(table[name]))
    for row, epochs, losses in zip(rows, *(table[n] for n in CURVE), strict=True) if curves else ():
        assert [int(epoch) for epoch in row["curve_epochs"]] == epochs.tolist()
        read = [float(loss) for loss in row["curve_loss"]]
        np.testing.assert_array_equal(bits(read, np.float32), bits(losses, np.float32))


@pytest.mark.parametrize("form", exports.FORMATS)
@given(given_store=stores())
def test_export_and_import_agree(form, given_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    make(folder / "a.db", **given_store)
    curves = given_store["curve_points"] > 0
    with connect(folder / "a.db") as db:
        sweep = reader.find(db)
        table = Table.joined(list(reader.pieces(db, sweep, curves)))
        exports.export(form, folder / "out", reader.pieces(db, sweep, curves))
    rows = READERS[form](folder / "out")
    assert_same(table, rows, form, curves)
    columns = list(rows[0]) if rows else list(table)
    assert columns == list(table)


@given(given_store=stores())
def test_in_pieces_a_table_is_the_same(given_store, tmp_path_factory):
    """Of any length: here of a row each."""
    folder = tmp_path_factory.mktemp("pieces")
    make(folder / "a.db", **given_store)
    with pytest.MonkeyPatch.context() as patch, connect(folder / "a.db") as db:
        sweep = reader.find(db)
        whole = reader.read_table(db)
        patch.setattr(reader, "NUMBERS_AT_ONCE", 1)
        pieces = list(reader.pieces(db, sweep))
    assert len(pieces) == max(whole.rows, 1)
    joined = Table.joined(pieces)
    for name in whole:
        assert joined.plain(name) == whole.plain(name) or name in numbers_of(whole)
    for name in numbers_of(whole):
        np.testing.assert_array_equal(bits(joined[name]), bits(whole[name]))


def numbers_of(table):
    return [name for name in table if table[name].dtype == np.float64]


def test_what_is_not_finite_has_one_spelling(tmp_path):
    make(tmp_path / "a.db", {"learning_rate": [0.1]}, seeds=60)
    with connect(tmp_path / "a.db") as db:
        for form in exports.FORMATS:
            exports.export(form, tmp_path / form, reader.pieces(db, reader.find(db)))
    assert {v for v in column(tmp_path, "csv") if not v[-1].isdigit()} == {"nan", "inf", "-inf"}
    found = column(tmp_path, "jsonl")
    assert {v for v in found if isinstance(v, str)} == {"nan", "inf", "-inf"}
    assert any(math.isnan(v) for v in column(tmp_path, "parquet"))


def column(folder, form):
    return [row["final_loss"] for row in READERS[form](folder / form)]


def test_parquet_has_types(tmp_path):
    grid = {"learning_rate": [1, 0.5], "network.hidden": [4, [8, 8]], "recipe.shuffle": [True]}
    make(tmp_path / "a.db", grid, measures=["excess"])
    with connect(tmp_path / "a.db") as db:
        tables = reader.pieces(db, reader.find(db), True)
        exports.export("parquet", tmp_path / "a.parquet", tables)
    schema = pyarrow.parquet.read_schema(tmp_path / "a.parquet")
    types = {field.name: str(field.type) for field in schema}
    assert types == {
        "network.hidden": "string", "recipe.learning_rate": "double", "recipe.shuffle": "bool",
        "seed": "int64", "outcome": "string", "steps": "int64",
        **dict.fromkeys([*LOSSES, "excess"], "double"),
        "curve_epochs": "list<element: int64>", "curve_loss": "list<element: float>",
    }  # fmt: skip


def test_epochs_of_a_curve_are_those_of_its_run(tmp_path):
    """Against trained runs, whose whole curve is known."""
    from fastdense import Data, Network, Recipe, sweep, train

    base = {"data": ([[1.0], [2.0]], [[0.0], [1.0]]), "network": {"hidden": [3]}}
    base["recipe"] = {"epochs": 20}
    grid = {"recipe.epochs": [5, 17], "learning_rate": [0.1]}
    sweep(base, grid, seeds=2, store=tmp_path / "a.db", evaluate_every=3, curve_points=4)
    with connect(tmp_path / "a.db") as db:
        table = Table.joined(list(reader.pieces(db, reader.find(db), True)))
    for epochs, at, losses in zip(
        table["recipe.epochs"], table["curve_epochs"], table["curve_loss"], strict=True
    ):
        assert at[0] == 0 and at[-1] == epochs and len(at) == len(losses) <= 4
        assert all(epoch % 3 == 0 for epoch in at[:-1])
    recipe = Recipe(epochs=17, learning_rate=0.1, seed=1)
    run = train(Network.of(1, 3, 1), recipe, Data(*base["data"]), evaluate_every=3)
    assert (run.epochs == [0, 3, 6, 9, 12, 15, 17]).all()
    assert set(table["curve_epochs"][-1]) <= set(run.epochs)


def test_a_failure_leaves_no_file(tmp_path, monkeypatch):
    make(tmp_path / "a.db", {"learning_rate": [0.1]})

    def fail(*rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(comma_separated, "_column", fail)
    with connect(tmp_path / "a.db") as db, pytest.raises(OSError, match="No space"):
        exports.export("csv", tmp_path / "out.csv", reader.pieces(db, reader.find(db)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


def test_memory_does_not_grow_with_the_runs(tmp_path, monkeypatch):
    """Of the pieces, only one is alive at a time."""
    import weakref

    make(tmp_path / "a.db", {"learning_rate": [0.1, 0.2]}, seeds=50)
    monkeypatch.setattr(reader, "NUMBERS_AT_ONCE", 100)
    made, most = [], []

    def watched(tables):
        for table in tables:
            made.append(weakref.ref(table))
            most.append(sum(ref() is not None for ref in made))
            yield Filter()(table)
            del table

    with connect(tmp_path / "a.db") as db:
        for form in exports.FORMATS:
            tables = watched(reader.pieces(db, reader.find(db), True))
            exports.export(form, tmp_path / form, tables)
    assert len(most) > 30 and max(most) <= 3


def test_a_pipe_stays_a_pipe(tmp_path):
    """What is no file cannot appear whole: it is written to."""
    store, pipe = tmp_path / "a.db", tmp_path / "pipe"
    make(store, {"learning_rate": [0.1]}, seeds=2)
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as reader:
        text = reader.submit(pipe.read_text)
        assert invoke(["sweep", "export", str(store), "--csv", "--out", str(pipe)]) == 0
    assert len(text.result().splitlines()) == 3 and pipe.is_fifo()
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real.csv")
    assert invoke(["sweep", "export", str(store), "--csv", "--out", str(link)]) == 0
    assert link.is_symlink() and (tmp_path / "real.csv").read_text() == text.result()
