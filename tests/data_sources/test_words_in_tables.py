"""Columns of words: few become inputs that are 0 or 1, many are left out, targets are classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.data import read
from fastdense.errors import FastdenseError

IRIS = """sepal_length,sepal_width,species
5.1,3.5,setosa
7.0,3.2,versicolor
6.3,3.3,virginica
4.9,3.0,setosa
6.4,3.2,versicolor
5.8,2.7,virginica
"""
TITANIC = "PassengerId,Survived,Pclass,Name,Sex,Age,Cabin,Boarded\n" + "".join(
    f'{i},{i % 3 % 2},{i % 3 + 1},"Person{i}, Mr. {i}",{"male" if i % 2 else "female"},'
    f"{'' if i % 5 == 0 else 20 + i},{f'C{i}' if i % 4 == 0 else ''},1912-04-{i % 9 + 1:02}\n"
    for i in range(1, 41)
)


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Reads a text as a table that may have words in it."""
    folder = tmp_path_factory.mktemp("csv")

    def read_text(content, **settings):
        (folder / "rows.csv").write_text(content, "utf-8", newline="")
        return read({"name": "csv", "file": "rows.csv", "text": "encode", **settings}, folder)

    return read_text


def test_species_are_classes(load):
    data = load(IRIS)
    assert data.targets[:, 0].tolist() == [0, 1, 2, 0, 1, 2]
    assert data.classes == ("setosa", "versicolor", "virginica")
    (note,) = data.notes
    assert note.endswith("are classes: 0 = setosa, 1 = versicolor, 2 = virginica")
    assert load(IRIS, test=2).classes == data.classes == load(IRIS, scale="inputs").classes
    headless = load(IRIS.partition("\n")[2])
    assert np.array_equal(headless.inputs, data.inputs)
    assert np.array_equal(headless.targets, data.targets)


def test_words_are_refused_unless_it_is_said(load):
    with pytest.raises(FastdenseError, match='give targets as numbers, or say text = "encode"'):
        load(IRIS, text="refuse")


@given(
    words=st.lists(st.sampled_from(["a", "b", "c", "x y", "ö"]), min_size=10, max_size=40),
    seed=st.integers(0, 9),
)
def test_few_words_become_inputs_that_are_one_where_they_stand(words, seed, load):
    numbers = np.random.default_rng(seed).normal(size=len(words))
    data = load("n,word,y\n" + "".join(f"{x},{w},1\n" for x, w in zip(numbers, words, strict=True)))
    known = sorted(set(words))
    assert data.inputs[:, 0].tolist() == numbers.tolist()
    assert [known[one] for one in data.inputs[:, 1:].argmax(axis=1)] == words
    assert (data.inputs[:, 1:].sum(axis=1) == 1).all() and data.inputs.shape[1] == 1 + len(known)
    assert data.notes[0].endswith(": " + ", ".join(f"word={word}" for word in known))


def test_a_table_of_passengers(load):
    with pytest.raises(FastdenseError, match="lines 6, 11.* of 'Age' .nothing.") as error:
        load(TITANIC, targets=["Survived"])
    assert 'missing = "drop" or "mean"' in str(error.value) and "Name" not in str(error.value)
    data = load(TITANIC, targets=["Survived"], missing="mean", drop=["PassengerId"])
    assert data.inputs.shape == (40, 4)  # class, two of sex, age
    left_out, encoded, filled = data.notes
    assert (
        "'Name' (text such as 'Person1, Mr. 1', 40 different)" in left_out
        and "'Boarded' (dates)" in left_out
    )
    assert "'Cabin' (text such as 'C4', 10 different)" in left_out  # each word stands there once
    assert encoded.endswith("are 0 or 1: Sex=female, Sex=male")
    assert filled.endswith("the mean of the column is taken: 'Age' (8)")
    ages = np.array([20.0 + i for i in range(1, 41) if i % 5])
    assert data.inputs[4, 3] == pytest.approx(ages.mean(), rel=1e-14)
    assert data.inputs[:5, 1:3].tolist() == [[0, 1], [1, 0], [0, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize("cell", ["four", "1_000", "inf", "1e999", "12:30"])
def test_a_faulty_cell_among_numbers_is_named(cell, load):
    for header in ("a,b,y\n", "a,y,b\n"):  # an input, or the target
        text = header + "1,2,3\n" * 5 + f"1,2,{cell}\n" + "1,2,3\n" * 5
        with pytest.raises(FastdenseError, match=f"no number on line 7 of '{header[4]}'"):
            load(text)


def test_numbers_in_another_notation_are_not_taken_for_words(load):
    with pytest.raises(FastdenseError, match='perhaps with decimal = ","'):
        load("a;b\n1,5;2\n1,5;3\n1,5;3\n1,5;3\n", separator=";")


def test_rows_of_another_width_are_named(load):
    with pytest.raises(FastdenseError, match="2 columns instead of 3 on line 3; mend"):
        load("a,b,y\nx,1,2\nx,1\nx,1,2\nx,1,2\n")


@pytest.mark.parametrize(("text", "header"), [
    ("p,x,1\nq,x,2\np,y,3\nq,y,1\n", False),  # p is a cell of its own column
    ("a,b\nx,p\nx,q\ny,p\ny,q\n", True),  # words that repeat, under one that does not
    ("name,x,\nEve,1,2\nBob,2,3\n", True),  # a name is missing, but there are numbers below
    ("country,2019,2020\nx,1,2\ny,2,3\n", None),
    ("Bob,Eve\nAda,Kim\n", None),
    ("NA,x,y\n1,2,3\n", None),
    ("Bob,1.5,2\nEve,2.5,3\n", False),  # a measured number is no name
    ("Bob,-1,2\nEve,2,3\n", False),
    ("Bob,1,2\nEve,2,3\n", None),
])  # fmt: skip
def test_a_first_line_is_a_header_by_what_is_below(text, header, load):
    settings = {"missing": "mean"}
    if header is None:
        with pytest.raises(FastdenseError, match="say header = true or false"):
            load(text, **settings)
    else:
        said, found = (load(text, **settings, **more) for more in ({"header": header}, {}))
        assert found.inputs.tobytes() == said.inputs.tobytes() and len(found) == len(said)


@pytest.mark.parametrize("date", [
    "2020-01-0{}", "0{}.02.2021", "1/{}/20", "2020-01-01T10:0{}:00Z", "12:0{}", "Jan {}, 2021",
    "{} March 2021", "2020/1/{} 5:30 pm",
])  # fmt: skip
def test_dates_are_left_out(date, load):
    rows = "".join(f'"{date.format(i % 2 + 1)}",{i * i},{i}\n' for i in range(8))
    data = load("when,x,y\n" + rows)
    assert data.inputs[:, 0].tolist() == [i * i for i in range(8)] and data.inputs.shape[1] == 1
    assert data.notes == ("of rows.csv is left out 'when' (dates)",)
    with pytest.raises(FastdenseError, match="target 'when' of rows.csv has dates; expected"):
        load("when,x,y\n" + rows, targets=["when"])


@pytest.mark.parametrize(("count", "kept"), [(20, True), (21, False)])
def test_twenty_words_are_few(count, kept, load):
    data = load("x,w,y\n" + "".join(f"{i * i},w{i % count},1\n" for i in range(3 * count)))
    assert data.inputs.shape[1] == (1 + count if kept else 1)
    assert ("and 0 more" not in data.notes[0]) and ("left out" in data.notes[0]) == (not kept)
    labels = load("x,w\n" + "".join(f"{i * i},w{i % count:02}\n" for i in range(3 * count)))
    assert labels.targets[:, 0].tolist() == [i % count for i in range(3 * count)]


def test_targets_and_inputs_that_cannot_be_used(load):
    names = "".join(f"{i},name{i}\n" for i in range(30))
    with pytest.raises(
        FastdenseError, match="target 'who' of rows.csv has text such as 'name0', 30"
    ):
        load("x,who\n" + names)
    with pytest.raises(
        FastdenseError, match="no inputs that can be used: 'who' .text such as 'name0', 30"
    ):
        load("x,who\n" + names, targets=["x"])


def test_beyond_float32_is_named_by_the_line_of_the_file(load):
    data = load("w,x,y\na,1,2\nb,,2\na,1e300,2\nb,1,3\na,2,3\n", missing="drop")
    assert data.beyond == "'x' of rows.csv on line 4 holds 1e+300"


def test_columns_without_names_are_numbered(load):
    (note,) = load("p,1.5,1\nq,2.5,2\np,3.5,3\nq,1.5,1\n").notes
    assert note.endswith(": column 1=p, column 1=q")


def test_words_that_would_fill_the_memory_are_refused(load, monkeypatch):
    monkeypatch.setattr("fastdense.data._tables.MAX_NUMBERS", 39)
    text = "x,w,y\n" + "".join(f"{i * i},{'ab'[i % 2]},1\n" for i in range(20))
    with pytest.raises(FastdenseError, match="would become 2 inputs of 20 rows; leave some"):
        load(text)
