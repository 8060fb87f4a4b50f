"""The axes of a grid: what their texts mean, and what is refused."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import FastdenseError
from fastdense.sweeps.grid import Axis, parse_values, read_grid

ENDS = st.floats(1e-9, 1e9)


@given(ENDS, ENDS, st.integers(2, 50))
def test_a_range_begins_and_ends_where_it_says(first, last, count):
    for kind, spaced in (("lin", np.linspace), ("log", np.geomspace)):
        values = parse_values("x", f"{kind}:{first!r}:{last!r}:{count}")
        assert len(values) == count
        np.testing.assert_allclose(values, spaced(first, last, count), rtol=1e-11)


@given(st.integers(-9, 9), st.integers(1, 6), st.integers(1, 4))
def test_a_finer_range_holds_the_values_of_a_coarser_one(low, decades, finer):
    """To the last bit, so that its runs are not trained again."""
    span = f"log:1e{low}:1e{low + decades}"
    coarse = parse_values("x", f"{span}:{decades + 1}")
    fine = parse_values("x", f"{span}:{finer * decades + 1}")
    assert coarse == fine[::finer] == [float(f"1e{low + i}") for i in range(decades + 1)]


def test_a_list_is_split_where_no_bracket_or_quote_is_open():
    assert parse_values("x", "8,16, 32") == [8, 16, 32]
    assert parse_values("x", "[8,8],[16]") == [[8, 8], [16]]
    assert parse_values("x", "relu,tanh,'a,b'") == ["relu", "tanh", "a,b"]
    assert parse_values("x", '{name="adam", beta1=0.5},sgd') == [
        {"name": "adam", "beta1": 0.5},
        "sgd",
    ]
    assert parse_values("x", "true,1e-3") == [True, 0.001]


def test_whole_numbers_of_a_range_are_integers():
    assert repr(parse_values("x", "lin:1:4:4")) == "[1, 2, 3, 4]"
    assert repr(parse_values("x", "log:1:8:4")) == "[1, 2, 4, 8]"
    assert repr(parse_values("x", "lin:0:1:3")) == "[0.0, 0.5, 1.0]"
    assert repr(parse_values("x", "log:1e19:1e20:2")) == "[1e+19, 1e+20]"


@given(st.permutations(["learning_rate", "optimizer", "optimizer.momentum", "network.hidden"]))
def test_the_order_of_the_axes_does_not_matter(paths):
    values = {
        "learning_rate": [0.1, 0.2],
        "optimizer": ["sgd"],
        "optimizer.momentum": "lin:0:0.9:4",
        "network.hidden": "4,8",
    }
    axes = read_grid({path: values[path] for path in paths})
    assert axes == read_grid(values)
    order = [axis.path for axis in axes]
    assert order.index("recipe.optimizer") < order.index("recipe.optimizer.momentum")


def test_texts_and_tables_say_the_same():
    texts = ["learning_rate=log:1e-3:1:4", "network.hidden=8,16"]
    table = {"recipe.learning_rate": [1e-3, 1e-2, 1e-1, 1], "network.hidden": np.array([8, 16])}
    (one, rate), (other, same) = read_grid(texts), read_grid(table)
    assert (one, rate.path, list(map(float, rate.values))) == (
        other,
        same.path,
        list(map(float, same.values)),
    )


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0]), min_size=1, unique_by=repr))
def test_every_value_is_in_one_class(values):
    for path in ("network.dropout", "recipe.learning_rate", "network.hidden", "init_scale"):
        axis = Axis(path, tuple(values))
        places = [i for members in axis.classes() for i in members]
        assert sorted(places) == list(range(len(values)))


def test_what_shares_packs():
    lanes = {
        "recipe.learning_rate": "learning_rate",
        "recipe.l2": "l2",
        "recipe.optimizer.beta1": "beta1",
        "network.dropout": "dropout",
        "init_scale": "init_scale",
    }
    for path, lane in lanes.items():
        assert Axis(path, (0.5,)).lane == lane
    others = (
        "network.hidden recipe.batch_size recipe.optimizer recipe.optimizer.name recipe.loss "
        "data.noise arm recipe.epochs recipe.schedule"
    )
    for path in others.split():
        assert Axis(path, (1,)).lane is None


@pytest.mark.parametrize(
    "grid, sentence",
    [
        ({}, "the grid is empty"),
        ([], "the grid is empty"),
        (["learning_rate"], "is no axis; expected PATH=VALUES"),
        (["=1,2"], "is no axis; expected PATH=VALUES"),
        (["learning_rate="], "the axis learning_rate has no values"),
        ({"learning_rate": []}, "the axis learning_rate has no values"),
        (["learning_rate=1,2", "learning_rate=3"], "learning_rate twice"),
        (["learning_rate=1,2", "recipe.learning_rate=3"], "recipe.learning_rate twice"),
        (["learning_rate=1,2,1"], "the axis learning_rate has 1 twice"),
        (["learning_rate=1,2,1.0"], "the axis learning_rate has 1.0 twice"),
        ({"learning_rate": [10**400]}, "an integer beyond 64 bits"),
        (["network=1"], "network is a whole table; name a field of it"),
        (["lerning_rate=1"], "unknown path 'lerning_rate'; did you mean 'recipe.learning_rate'"),
        (["netwrk.hidden=1"], "unknown path"),
        (["hidden=2,4"], "unknown path 'hidden'; did you mean 'network.hidden'?"),
        (["recipe.seed=1,2"], "give the number of seeds"),
        ({7: [1]}, "7 is no axis"),
        (5, "the grid is 5; expected a dict"),
        ([5], "the grid is [5]; expected a dict of paths to values, such as"),
        (["learning_rate=log:0:1:5"], "expected both above zero"),
        (["learning_rate=log:-1:1:5"], "expected both above zero"),
        (["learning_rate=log:1:5"], "expected log:FROM:TO:COUNT"),
        (["learning_rate=lin:a:1:5"], "expected lin:FROM:TO:COUNT"),
        (["learning_rate=lin:0:inf:5"], "expected lin:FROM:TO:COUNT"),
        (["learning_rate=lin:0:1:0"], "has 0 values; expected 1 to 1000000"),
        (["learning_rate=lin:0:1:1000000000"], "expected 1 to 1000000"),
        ({"learning_rate": [math.nan]}, "expected finite numbers"),
        ({"learning_rate": [None]}, "expected numbers or names"),
        ({"learning_rate": range(2_000_000)}, "at most 1000000"),
    ],
)
def test_what_is_no_grid_is_refused(grid, sentence):
    with pytest.raises(FastdenseError, match=re.escape(sentence)):
        read_grid(grid)


@pytest.mark.parametrize("path", ["sed", "dat", "zzz", "recip"])
def test_no_path_is_offered_that_is_refused(path):
    with pytest.raises(FastdenseError, match="unknown path") as error:
        read_grid({path: [1]})
    assert not re.search(r"recipe\.seed|\bdata\b|\brecipe\b[^.]", str(error.value))
