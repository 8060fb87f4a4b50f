"""Parquet files are read as the CSV files with the same columns are."""

import datetime
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import FastdenseError
from fastdense.data import read

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")

    def load(columns, **settings):
        table = pyarrow.table(columns) if isinstance(columns, dict) else columns
        parquet.write_table(table, folder / "rows.parquet")
        return read({"name": "parquet", "file": "rows.parquet", **settings}, folder)

    return load


@given(
    rows=st.lists(
        st.tuples(st.floats(-1e300, 1e300), st.integers(-(2**53), 2**53), st.booleans()),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_numbers_are_those_of_the_file(rows, load):
    real, whole, truth = map(list, zip(*rows, strict=True))
    data = load({"a": real, "b": truth, "y": whole})
    assert data.inputs.tolist() == [[float(a), float(b)] for a, b in zip(real, truth, strict=True)]
    assert data.targets[:, 0].tolist() == [float(y) for y in whole]


def test_float32_and_decimals_and_targets_by_name(load):
    columns = {
        "a": pyarrow.array([1.5, 2.25], pyarrow.float32()),
        "y": pyarrow.array([1, 2], pyarrow.int8()),
        "b": pyarrow.array(["1.10", "2.20"]).cast(pyarrow.decimal128(5, 2)),
    }
    data = load(columns, targets=["y"])
    assert data.inputs.tolist() == [[1.5, 1.1], [2.25, 2.2]]


def test_words_dates_and_missing_cells(load):
    count = 12
    columns = {
        "kind": pyarrow.array(["a, b", 'c"d'] * (count // 2)).dictionary_encode(),
        "day": [datetime.date(2020, 1, 1 + i) for i in range(count)],
        "size": [None if i == 3 else float(i) for i in range(count)],
        "__index_level_0__": list(range(count)),
        "label": ["no", "yes", "no"] * (count // 3),
    }
    data = load(columns, text="encode", missing="mean")
    assert data.inputs.shape == (count, 3)  # two words and the size
    assert data.classes == ("no", "yes")
    notes = " ".join(data.notes)
    assert "'day'" in notes and "rows.parquet" in notes
    with pytest.raises(FastdenseError, match="nothing"):
        load({"a": [1.0, None], "y": [1.0, 2.0]})


def test_what_cannot_be_read_can_be_left_out_by_name(load):
    columns = {"a": [1.0, 2.5], "l": [[1.0], [2.0]], "y": [1.0, 2.0]}
    assert load(columns, drop=["l"]).inputs.tolist() == [[1.0], [2.5]]


def test_names_may_be_there_twice(load):
    arrays = [pyarrow.array([1.5, 2.5])] * 2 + [pyarrow.array([1.0, 2.0])]
    data = load(pyarrow.Table.from_arrays(arrays, names=["a", "a", "y"]))
    assert data.inputs.tolist() == [[1.5, 1.5], [2.5, 2.5]]
    assert "2 columns called 'a'" in " ".join(data.notes)


BAD = {
    "lists": ({"a": [[1.0], [2.0]], "y": [1.0, 2.0]}, "column 'a' of rows.parquet holds list"),
    "words": ({"a": ["x", "y"], "y": [1.0, 2.0]}, "no number on lines 2, 3 of 'a'"),
    "no rows": ({"a": pyarrow.array([], pyarrow.float64())}, "is empty"),
    "one column": ({"y": [1.0]}, "expected at least one input and one target"),
    "infinity": ({"a": [np.inf, 1.0], "y": [1.0, 2.0]}, "line 2"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(name, load):
    columns, says = BAD[name]
    with pytest.raises(FastdenseError, match=says):
        load(columns)


def test_what_is_no_parquet_file(tmp_path, monkeypatch):
    (tmp_path / "rows.parquet").write_bytes(b"a,y\n1,2\n")
    table = {"name": "parquet", "file": "rows.parquet"}
    with pytest.raises(FastdenseError, match="is not a Parquet file"):
        read(table, tmp_path)
    with pytest.raises(FastdenseError, match="does not exist"):
        read({**table, "file": "lost.parquet"}, tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FastdenseError, match=r"pip install 'fastdense\[parquet\]'"):
        read(table, tmp_path)
