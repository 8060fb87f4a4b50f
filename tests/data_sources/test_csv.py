"""What a CSV file may hold, and the one sentence about a file that holds something else."""

import csv
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Network, Recipe, train
from fastdense.data import read
from fastdense.errors import MAX_LETTERS, FastdenseError


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Reads a text as a CSV file."""
    folder = tmp_path_factory.mktemp("csv")

    def read_text(text, **settings):
        (folder / "rows.csv").write_text(text, "utf-8", newline="")
        return read({"name": "csv", "file": "rows.csv", **settings}, folder)

    return read_text


@pytest.fixture(scope="module")
def refused(load):
    """The sentence about a text that is no usable CSV file."""

    def sentence(text, **settings):
        with pytest.raises(FastdenseError) as error:
            load(text, **settings)
        assert len(str(error.value)) <= MAX_LETTERS and str(error.value).isprintable()
        return str(error.value)

    return sentence


def rows_of(data):
    return np.hstack([data.inputs, data.targets]).tolist()


# Cells and what they are: UNCLEAR is what Python, or a glance, takes for a number.
NUMBER = st.tuples(st.just("number"), st.floats(-1e6, 1e6).map(repr))
NAME = st.tuples(st.just("name"), st.text("abcxyz", min_size=2, max_size=6))
NOTHING = st.tuples(
    st.just("nothing"),
    st.sampled_from(["", "NA", "NaN", "nan", "null", "None", "?", "-", " ", "N/A", "<NA>"]),
)
UNCLEAR = st.tuples(
    st.just("unclear"),
    st.sampled_from(["1_000", "12_5", "1;2", "1.2.3", "12:30", "2020-01-01", "5%", "1\n2"]),
)


def written(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@given(
    cells=st.lists(st.one_of(NUMBER, NAME, NOTHING, UNCLEAR), min_size=2, max_size=4),
    seed=st.integers(0, 9),
)
def test_a_first_row_is_read_or_a_header_or_refused(cells, seed, load):
    """It is left out only if all its cells are names; the first may be empty."""
    kinds, first = zip(*cells, strict=True)
    below = np.random.default_rng(seed).standard_normal((3, len(first))).tolist()
    text = written([first, *below])
    if set(kinds) == {"number"}:
        assert rows_of(load(text)) == [[float(cell) for cell in first], *below]
    elif set(kinds[1:]) == {"name"} and (kinds[0] == "name" or not first[0].strip()):
        assert rows_of(load(text)) == below
    else:
        with pytest.raises(FastdenseError, match="header = true or false"):
            load(text)
        assert rows_of(load(text, header=True)) == below  # saying which it is settles it


@pytest.mark.parametrize("first", [",3", "NA,3", "3,", "1;2,3", "1_000,2", "1_000,2_000", "0,x"])
def test_what_may_be_a_header_or_a_row(first, load, refused):
    text = f"{first}\n1,2\n3,4\n"
    assert "line 1 of rows.csv is" in refused(text)
    assert rows_of(load(text, header=True)) == [[1, 2], [3, 4]]
    assert "no number on line 1" in refused(text, header=False)


@pytest.mark.parametrize("first", ["x,y", " x , y", ",y", "1stFloor,y", '"a,b",y'])
def test_what_is_plainly_a_header(first, load):
    assert rows_of(load(f"{first}\n1,2\n3,4\n")) == [[1, 2], [3, 4]]


def test_naming_a_column_says_that_there_is_a_header(load):
    text = "2019,2020,y\n1,2,3\n"
    assert load(text, targets="y").inputs.tolist() == [[1, 2]]
    assert load(text, drop=["2019"]).inputs.tolist() == [[2]]


def test_a_header_of_numbers_is_named(load):
    """A data frame without names writes 0, 1, 2, ... above its columns."""
    data = load("0,1,2\n.5,.25,1\n")
    assert len(data) == 2 and "line 1 of rows.csv is read as a row" in data.notes[0]
    assert load("0,1,2\n.5,.25,1\n", header=False).notes == ()
    assert rows_of(load("0,1,2\n.5,.25,1\n", header=True)) == [[0.5, 0.25, 1]]


FAULTY = st.sampled_from(
    ["1_000", "1_0.5", "1\n2", "", "NA", "nan", "inf", "-Infinity", "1e999", "four", "0x10", "1,5"]
)


@given(
    rows=st.integers(1, 30),
    width=st.integers(2, 6),
    cell=FAULTY,
    header=st.booleans(),
    data=st.data(),
)
def test_any_faulty_cell_is_named_by_line_and_column(rows, width, cell, header, data, refused):
    table = [["0.5"] * width for _ in range(rows)]
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, width - 1))
    table[row][column] = cell
    names = [f"name{i}" for i in range(width)]
    text = written([names] * header + table)
    sentence = refused(text, header=header)
    name = f"'name{column}'" if header else f"column {column + 1}"
    assert f"on line {row + 1 + header} of {name} (" in sentence


@given(
    faults=st.dictionaries(st.integers(0, 19), st.sets(st.integers(2, 29), min_size=1), min_size=1)
)
def test_one_report_counts_all_faults(faults, refused):
    """It names the first lines of the first columns, and how many more there are."""
    faults = dict(sorted(faults.items()))
    table = [[f"name{i}" for i in range(20)]] + [["1"] * 20 for _ in range(28)]
    for column, lines in faults.items():
        for line in lines:
            table[line - 1][column] = "q"
    sentence = refused(written(table))
    named = [column for column in faults if f"of 'name{column}' ('q')" in sentence]
    assert named == list(faults)[: len(named)] and named
    left = len(faults) - len(named)
    assert (f"and {left} more columns" in sentence) == (left > 0)
    assert len(named) == len(faults) or len(named) >= 4
    first = sorted(faults[named[0]])
    shown = max(10 // len(faults), 1)
    listed = ", ".join(map(str, first[:shown]))
    left = len(first) - shown
    more = f" and {left} more line{'s' * (left > 1)}" if left > 0 else ""
    assert f"line{'s' * (len(first) > 1)} {listed}{more} of 'name{named[0]}'" in sentence


def test_lines_are_those_of_an_editor(refused):
    text = '"na\nme",y\r\n1,2\r\n\r\n  \r\n"3\n",4\r\nq,5\r\n'
    assert "on line 8 of column 1" in refused(text, header=True).replace("'na\\nme'", "column 1")


def test_uneven_rows_and_other_faults_are_one_report(refused):
    sentence = refused("x,y\n1,2\n3\n4,5,6\nq,1\n")
    assert "1 column instead of 2 on lines 3, 4" in sentence
    assert "no number on line 5 of 'x' ('q')" in sentence


@given(
    cells=st.lists(
        st.sampled_from(["True", "False", "TRUE", "FALSE", "true", "false", "0.5", "1"]),
        min_size=2,
        max_size=20,
    )
)
def test_true_and_false_are_one_and_zero(cells, load):
    data = load("x,y\n" + "".join(f"{cell},2\n" for cell in cells))
    known = {"true": 1.0, "false": 0.0}
    expected = [known[c.lower()] if c.lower() in known else float(c) for c in cells]
    assert data.inputs[:, 0].tolist() == expected
    assert load("".join(f"{cell},2\n" for cell in cells)).inputs[:, 0].tolist() == expected


FORMS = [(";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", "."), (" ", ".")]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(("separator", "decimal"), FORMS)
def test_the_settings_that_would_read_a_file_are_named(separator, decimal, header, load, refused):
    """And they do read it."""
    rows = [[0.5, 1.25, 3.5], [2.5, 3.75, 4.0], [0.25, 1.0, 2.0]]
    lines = [["a", "b", "c"]] * header + [[repr(x).replace(".", decimal) for x in r] for r in rows]
    text = "".join(separator.join(line) + "\n" for line in lines)
    settings = {"separator": separator, "decimal": decimal}
    assert rows_of(load(text, **settings)) == rows
    sentence = refused(text)
    named = separator.replace("\t", "\\t")
    assert f'separator = "{named}"' in sentence
    if decimal == ",":
        assert 'decimal = ","' in sentence
        assert 'decimal = ","' in refused(text, separator=separator, header=header)


def test_with_a_decimal_comma_a_point_is_no_number(refused):
    assert "('1.234')" in refused("a;b\n1.234;2\n3,5;4\n", separator=";", decimal=",")


def test_columns_of_text_may_be_left_out(load, refused):
    text = "name,x,sex,y\nBob,1,m,2\nEve,3,f,4\n"
    assert 'drop = ["name", "sex"]' in refused(text)
    assert rows_of(load(text, drop=["name", "sex"])) == [[1, 2], [3, 4]]
    assert rows_of(load(text, drop=[3, 1])) == [[1, 2], [3, 4]]
    headless = "Bob,1,m,2\nEve,3,f,4\n"
    assert "drop = [1, 3]" in refused(headless, header=False)
    assert rows_of(load(headless, drop=[1, 3])) == [[1, 2], [3, 4]]


def test_targets_are_counted_among_what_is_kept(load):
    data = load("a,b,c,d\n1,2,3,x\n", targets=2, drop=["d"])
    assert (data.inputs.tolist(), data.targets.tolist()) == ([[1]], [[2, 3]])


def test_targets_may_be_counted_from_the_left(load, refused):
    for text in ("1,2,3\n4,5,6\n", "a,b,c\n1,2,3\n4,5,6\n"):
        assert load(text, targets=[1]).targets.tolist() == [[1], [4]]
        assert load(text, targets=[3, 1], drop=[]).targets.tolist() == [[3, 1], [6, 4]]
        assert "data.targets names 4; expected" in refused(text, targets=[4])
        assert "each column once" in refused(text, targets=[1, 1])


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", ["", "id", "Unnamed: 0"])
def test_a_column_that_looks_like_an_index_is_named(start, name, load):
    text = f"{name},x,y\n" + "".join(f"{start + i},{i * i},{i / 2}\n" for i in range(5))
    data = load(text)
    assert data.inputs.shape == (5, 2)
    (note,) = data.notes
    left_out = note.partition("drop = ")[2]
    assert left_out == ("[1]" if not name else f'["{name}"]')
    column = 1 if not name else name
    assert load(text, drop=[column]).notes == ()
    assert load(text, test=2).notes == data.notes


def test_numbers_that_count_nothing_are_not_named(load):
    assert load("x,y\n0,1\n1,2\n2,3\n").notes == ()  # the only input
    assert load("a,b,y\n0,1,1\n2,1,2\n1,3,3\n").notes == ()
    assert load("a,b,y\n5,3,0\n6,1,1\n7,2,2\n").notes == ()  # targets may count


def test_a_file_takes_the_memory_of_its_numbers(load):
    """Not of its texts, which is ten times that."""
    text = "a,b,c,y\n" + "0.12345678,1.2345678,2.3456789,3.4567891\n" * 20_000
    tracemalloc.start()
    try:
        load(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - len(text) < 4 * 20_000 * 4 * 8


@pytest.mark.parametrize("form, expected", [
    ({"separator": "."}, 'data.separator is ".", the decimal point; expected another'),
    ({"decimal": ";"}, "data.decimal is ';'; expected \".\" or \",\""),
    ({"decimal": ","}, 'such as separator = ";"'),
])  # fmt: skip
def test_the_setting_that_is_named_is_the_one_that_was_given(form, expected, refused):
    sentence = refused("1.5;2\n", **form)
    other = {"separator": "decimal is", "decimal": "separator is"}[[*form][0]]
    assert expected in sentence and other not in sentence


@pytest.mark.parametrize("digits", ["\u0661\u0662", "\uff11", "1\u0662", "\u0967.5"])
def test_only_ascii_digits_are_numbers(digits, load, refused):
    assert f"no number on line 2 of 'a' ('{digits}')" in refused(f"a,b\n{digits},1\n2,2\n")
    assert load(f"a,{digits},b\n1,7,1\n2,7,2\n", header=True).inputs.tolist() == [[1, 7], [2, 7]]
    # A space that is no ASCII is still a space.
    assert load("a,b\n\u00a01,1\n2,2\n").inputs.tolist() == [[1], [2]]


def test_names_that_are_repeated_are_noted(load):
    (note,) = load("a,b,a,y\n0.5,1,2,3\n7,1,2,9\n").notes
    assert note.startswith("rows.csv has 2 columns called 'a'; rename one")
    assert load("a,b,a,y\n0.5,1,2,3\n7,1,2,9\n", drop=[3]).notes == ()


@pytest.mark.parametrize("test", [0, 1])
def test_a_number_that_float32_cannot_hold_is_named_by_line_and_column(test, load):
    rows = load("a,b,y\n1,2,3\n\n1,-1e39,3\n1,1e300,3\n", test=test)
    network, recipe = Network.of(2, 1), Recipe(epochs=0)
    with pytest.raises(FastdenseError) as error:
        train(network, recipe, rows)
    assert str(error.value) == (
        "'b' of rows.csv on line 4 holds -1e+39, beyond the range of float32; scale that column, "
        'or set recipe.dtype = "float64"'
    )
    assert train(network, recipe.replace(dtype="float64"), rows).epochs.tolist() == [0]
    assert load("a,b\n1,3.4e38\n1,1e-300\n").beyond == ""
