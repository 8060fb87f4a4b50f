"""Cells with nothing in them: refused, or left out, or filled, and said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.data import read
from fastdense.errors import FastdenseError

NOTHING = ["", "NA", "N/A", "NaN", "null", "None", "?", "-", " "]


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Reads a text as a table."""
    folder = tmp_path_factory.mktemp("csv")

    def read_text(content, **settings):
        (folder / "rows.csv").write_text(content, "utf-8", newline="")
        return read({"name": "csv", "file": "rows.csv", **settings}, folder)

    return read_text


CELLS = st.one_of(st.floats(-1e6, 1e6), st.sampled_from(NOTHING))


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20),
    text=st.sampled_from(["refuse", "encode"]),
)
def test_rows_are_left_out_or_cells_are_filled(rows, text, load):
    content = "a,b,y\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    table = np.array([[np.nan if isinstance(x, str) else x for x in row] for row in rows])
    gaps = np.isnan(table)
    if not gaps.any():
        assert load(content, text=text, missing="drop").notes == load(content).notes
        return
    with pytest.raises(FastdenseError):
        load(content)
    empty = gaps.all(axis=0)
    used = ~empty[:2]
    whole = ~gaps[:, [*used, True]].any(axis=1)
    settings = {"text": text, "header": True}
    if empty[2] or not used.any() or not whole.any():
        with pytest.raises(FastdenseError, match="nothing in|no inputs"):
            load(content, missing="drop", **settings)
    else:
        data = load(content, missing="drop", **settings)
        assert np.array_equal(data.inputs, table[whole][:, :2][:, used])
        assert np.array_equal(data.targets[:, 0], table[whole, 2])
        if not whole.all():
            (note,) = [note for note in data.notes if "rows of" in note]
            assert note.startswith(f"{(~whole).sum()} of {len(rows)} rows of rows.csv are left out")
    kept = table[~gaps[:, 2]]
    if not empty[2] and used.any() and not np.isnan(kept[:, :2][:, used]).all(axis=0).any():
        data = load(content, missing="mean", **settings)
        for got, column in zip(data.inputs.T, kept[:, :2][:, used].T, strict=True):
            expected = np.where(np.isnan(column), np.nanmean(column), column)
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("cell", NOTHING)
def test_nothing_is_refused_and_the_settings_are_named(cell, load):
    for text in ("refuse", "encode"):
        with pytest.raises(FastdenseError, match="no number on line 3 of 'a' .nothing.") as error:
            load(f"a,y\n1,2\n{cell},3\n4,5\n", text=text)
        assert 'missing = "drop" or "mean"' in str(error.value)


def test_a_missing_word_is_refused_or_has_the_shares_of_the_others(load):
    content = "w,x,y\na,1,2\na,1,2\na,2,2\nb,3,2\n,4,2\n"
    with pytest.raises(FastdenseError, match="on line 6 of 'w' .nothing."):
        load(content, text="encode")
    assert load(content, text="encode", missing="mean").inputs[-1].tolist() == [0.75, 0.25, 4]
    assert load(content, text="encode", missing="drop").inputs.shape == (4, 3)


def test_a_class_that_is_left_out_gets_no_number(load):
    content = "x,w\n1,c\n2,c\n3,a\n,b\n5,a\n6,\n"
    data = load(content, text="encode", missing="drop")
    assert data.classes == ("a", "c") and data.targets[:, 0].tolist() == [1, 1, 0, 0]
    data = load(content, text="encode", missing="mean")  # a target is no mean of others
    assert data.classes == ("a", "b", "c") and len(data) == 5


def test_text_among_numbers_stays_refused(load):
    with pytest.raises(FastdenseError, match="line 3 of 'a' .'four'.*write text as numbers"):
        load("a,y\n1,2\nfour,3\n,5\n4,4\n", missing="drop")


def test_columns_without_a_cell_are_left_out_where_gaps_may_be(load):
    content = "a,b,y\n1,,2\n2,,3\n3,,4\n"
    with pytest.raises(FastdenseError, match="lines 2, 3, 4 of 'b'"):
        load(content)
    for settings in ({"text": "encode"}, {"missing": "drop"}, {"missing": "mean"}):
        data = load(content, **settings)
        assert data.inputs.tolist() == [[1], [2], [3]]
        assert "of rows.csv is left out 'b' (nothing in it)" in data.notes


def test_a_mean_of_nothing_is_refused(load):
    with pytest.raises(FastdenseError, match=r"'a' of rows.csv has nothing .* drop = ..a"):
        load("a,b,y\n1,2,\n,3,1\n,4,2\n", missing="mean")
