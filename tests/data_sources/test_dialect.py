"""How a table is written is found, and said where it is not plain."""

import csv
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.data import read
from fastdense.errors import MAX_LETTERS, FastdenseError

FOUND = {"separator": "auto", "decimal": "auto", "encoding": "auto", "text": "encode"}


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Reads bytes, or a text in UTF-8, as `diagnose` does."""
    folder = tmp_path_factory.mktemp("csv")

    def read_rows(content, **settings):
        raw = content.encode() if isinstance(content, str) else content
        (folder / "rows.csv").write_bytes(raw)
        return read({"name": "csv", "file": "rows.csv", **FOUND, **settings}, folder)

    return read_rows


def written(rows, separator, decimal):
    text = io.StringIO()
    cells = [[cell.replace(".", decimal) for cell in row] for row in rows]
    csv.writer(text, delimiter=separator).writerows(cells)
    return text.getvalue()


@given(
    table=st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.floats(-1e6, 1e6), min_size=width, max_size=width), min_size=2, max_size=9
        )
    ),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_numbers_come_back_however_they_are_written(table, separator, decimal, encoding, load):
    names = [f"größe {i}" for i in range(len(table[0]))]
    cells = [[f"{x:.2f}" for x in row] for row in table]
    text = written([names, *cells], separator, decimal)
    data = load(text.encode(encoding))
    assert np.array_equal(np.hstack([data.inputs, data.targets]), np.array(cells, float))
    said = " ".join(note for note in data.notes if "is read with" in note)
    assert ("between columns" in said) == (separator != ",")
    assert ("decimal comma" in said) == (decimal == ",")
    assert ("encoding" in said) == (encoding in ("cp1252", "utf-16"))


@given(
    rows=st.lists(st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=3), min_size=1),
    header=st.booleans(),
)
def test_a_plain_table_of_numbers_is_what_it_was(rows, header, load):
    text = "a,b,c\n" * header + "".join(",".join(map(repr, row)) + "\n" for row in rows)
    plain = load(text, separator=",", decimal=".", encoding="utf-8", text="refuse")
    found = load(text)
    assert found.inputs.tobytes() == plain.inputs.tobytes()
    assert found.targets.tobytes() == plain.targets.tobytes()
    assert found.notes == plain.notes


@pytest.mark.parametrize("sign", [".", " ", "'", "\u00a0", "\u202f"])
def test_a_german_table_has_a_decimal_comma_and_groups_of_thousands(sign, load):
    text = f"Fläche;Preis\n84,5;1{sign}234{sign}567,25\n101;250{sign}000\n7,25;999\n"
    data = load(text.encode("utf-8"))
    assert data.inputs.tolist() == [[84.5], [101], [7.25]]
    assert data.targets.tolist() == [[1234567.25], [250000], [999]]
    (note,) = data.notes
    assert note.startswith("rows.csv is read with ';' between columns, a decimal comma and ")
    assert note.endswith("points between thousands" if sign == "." else "between thousands")


@pytest.mark.parametrize(
    ("cell", "unit"),
    [('"${:,.2f}"', "$"), ("${:.2f}", "$"), ("{:.2f} €", "€"), ("{:.2f}%", "%"), ("£{:.0f}", "£")],
)
def test_units_are_left_off_and_said(cell, unit, load):
    values = [1234.5, -7.25, 1e6]
    cells = [cell.format(abs(v)) if v > 0 else f"-{cell.format(-v)}" for v in values]
    cells = [c.replace('-"', '"-') for c in cells]
    data = load("size,price\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells)))
    expected = [round(v) if ".0f" in cell else v for v in values]
    assert data.targets[:, 0].tolist() == pytest.approx(expected)
    (note,) = data.notes
    assert note.endswith(f"{unit} at numbers left off")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["52.3%", "0.523", "7%"], "with '%' and without"),
        (["$5", "12 €", "$7"], "with '€' and with '$'"),
    ],
)
def test_numbers_of_several_units_are_refused(cells, says, load):
    with pytest.raises(FastdenseError, match="'p' of rows.csv has numbers " + re.escape(says)):
        load("p,y\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells)))


def test_a_minus_as_web_pages_write_it(load):
    data = load("p,y\n" + "\u22123.5,1\n-2,2\n\u2212$1,3\n5 EUR,4\n"[:-8])
    assert data.inputs.ravel().tolist() == [-3.5, -2, -1]


def test_a_text_with_a_unit_is_no_number(load):
    data = load("size,kind,price\n" + "".join(f"{i},{'$a b$'[i % 2 :]},{i}\n" for i in range(8)))
    assert data.inputs.shape[1] == 3  # two words


def test_groups_with_commas_in_quotes(load):
    data = load('size,price\n1.5,"1,234,567.5"\n2.5,"2,000"\n')
    assert data.targets.tolist() == [[1234567.5], [2000]]
    assert data.notes == ("rows.csv is read with commas between thousands",)


def test_a_decimal_comma_that_comes_late_is_found(load):
    text = "a;b\n" + "1;2\n" * 500 + "1,5;2,25\n"
    data = load(text)
    assert data.inputs[-1, 0] == 1.5 and data.targets[-1, 0] == 2.25
    assert "a decimal comma" in data.notes[0]


def test_one_odd_cell_does_not_turn_the_others(load):
    """Another decimal sign is taken only if more is a number with it."""
    text = "a;b\n" + "1;2\n" * 500 + "2.5;3\n" * 50
    with pytest.raises(FastdenseError, match="no number on line 552 of 'b' .'1,5'"):
        load(text + "2.5;1,5\n")


def test_groups_that_are_none_are_refused(load):
    with pytest.raises(FastdenseError, match=r"no number on line 2 of 'a' \('1.23.4'\)"):
        load("a;b\n1.23.4;2\n1,5;2\n2,5;3\n3,5;4\n")


def test_what_is_stated_is_used(load):
    text = "a;b\n1,5;2\n2,5;3\n"
    with pytest.raises(FastdenseError, match="has 1 column to read"):
        load(text, separator=",", decimal=".", text="refuse")
    with pytest.raises(FastdenseError, match="decimal = "):
        load(text, separator=";", decimal=".")
    assert load(text, separator=";", decimal=",").notes == ()


def test_cells_that_hold_other_separators_do_not_mislead(load):
    text = "name;x;y\n" + "".join(f"Smith, J.;{i},5;{i * i}\n" for i in range(6))
    data = load(text)
    assert data.inputs[:, 1].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    text = "name\tkind\tx\n" + "".join(f"n{i % 2}\tk{i % 3}\t{i},5\n" for i in range(12))
    assert load(text).targets[:, 0].tolist() == [i + 0.5 for i in range(12)]


def test_columns_that_are_aligned_by_spaces(load):
    data = load("  a    b  c\n 1.5   2  3\n10.5  20 30\n")
    assert data.inputs.tolist() == [[1.5, 2], [10.5, 20]]
    assert data.notes == ("rows.csv is read with spaces between columns",)


def test_a_first_line_may_say_what_separates_columns(load):
    for line in ("sep=;\r\n", '"sep=;"\n', "SEP=;\n"):
        data = load(f"{line}a;b\n1,5;2\n3;4\n")
        assert data.inputs.tolist() == [[1.5], [3]]
        with pytest.raises(FastdenseError, match="line 4 of 'a' .'q'"):
            load(f"{line}a;b\n1;2\nq;4\n5;6\n5;6\n")
    assert load("sep=|\n1|2\n").inputs.tolist() == [[1]]


def test_encodings_without_a_mark(load):
    text = "größe,y\n1,2\n3,4\n"
    for encoding in ("utf-16-le", "utf-16-be", "latin-1", "cp1252"):
        assert load(text.encode(encoding), targets=["y"]).inputs.tolist() == [[1], [3]]
    assert "encoding latin-1" in load(b"\x81,y\n1,2\n3,4\n", header=True).notes[0]
    with pytest.raises(FastdenseError, match='not a CSV file in UTF-8; .* encoding = "auto"'):
        load(text.encode("cp1252"), encoding="utf-8")
    assert load(text.encode("cp1252"), encoding="latin-1").notes == ()


@pytest.mark.parametrize("setting", [
    {"separator": "ab"}, {"decimal": "x"}, {"encoding": "ebcdic"}, {"text": "drop"},
    {"missing": "median"}, {"missing": ["drop"]}, {"encoding": None}, {"text": True},
])  # fmt: skip
def test_settings_that_are_none(setting, load):
    with pytest.raises(FastdenseError, match=f"data.{[*setting][0]} is .*; expected"):
        load("1,2\n", **setting)


@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=100).map(str.encode),
        st.text("0123456789.,;-+eE \n\t\"'|xNA?", max_size=100).map(str.encode),
        st.text("1a,\n\0", max_size=60).map(lambda text: text.encode("utf-16")),
    ),
    missing=st.sampled_from(["refuse", "drop", "mean"]),
)
def test_any_bytes_are_read_or_answered_in_one_sentence(content, missing, load):
    try:
        data = load(content, missing=missing)
    except FastdenseError as error:
        assert len(str(error)) <= MAX_LETTERS and str(error).isprintable()
    else:
        again = load(content, missing=missing)
        assert data.inputs.tobytes() == again.inputs.tobytes()
        assert np.isfinite(data.inputs).all() and np.isfinite(data.targets).all()
