"""What is given for an array is taken as it reads, or answered by what it is."""

import datetime
import decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fastdense import Data, FastdenseError, Network, Recipe, sweep, train, train_many

NETWORK, RECIPE = Network.of(1, 1), Recipe(epochs=1)
X = np.array([1.0, 2.0])
LABELS = Recipe(loss="sparse_softmax_cross_entropy", epochs=1)
# Everywhere that an array of numbers can be given.
PLACES = {
    "inputs": lambda given: Data(given, X),
    "targets": lambda given: Data(X, given),
    "sample weights": lambda given: Data(X, X, given),
    "test inputs": lambda given: Data(X, X, test=(given, X)),
    "test targets": lambda given: Data(X, X, test=(X, given)),
    "labels": lambda given: train(Network.of(1, 3), LABELS, (X, given)),
    "parameters": lambda given: train(NETWORK, RECIPE, (X, X), parameters=given),
    "order": lambda given: train(NETWORK, RECIPE, (X, X), order=given),
    "new inputs": lambda given: train(NETWORK, RECIPE, (X, X)).predict(given),
    "parameters of many": lambda given: train_many(NETWORK, RECIPE, (X, X), parameters=given),
    "seeds": lambda given: train_many(NETWORK, RECIPE, (X, X), seeds=given),
    "learning rates": lambda given: train_many(NETWORK, RECIPE, (X, X), learning_rate=given),
    "class weights": lambda given: Recipe(class_weights=given),
    "an axis": lambda given: sweep("zero-rate", {"learning_rate": given}, seeds=1),
}


class Table:
    """As tables of other libraries: NumPy reads it, columns of several types as objects."""

    def __init__(self, values, dtype=object):
        self._values, self._dtype = values, dtype

    def __array__(self, dtype=None, copy=None):
        if isinstance(self._values, Exception):
            raise self._values
        return np.array(self._values, dtype or self._dtype)


NO_NUMBERS = {
    "durations": np.array([1, 2], "m8[s]"),
    "nanoseconds": np.array([1, 2], "m8[ns]"),
    "dates": np.array([1, 2], "M8[D]"),
    "masked": np.ma.array([1, 2], mask=[0, 1]),
    "rows of which one is masked": [np.ma.array([1]), np.ma.array([1], mask=[1])],
    "masked among numbers": [1.0, np.ma.masked],
    "text": np.array(["1", "2"]),
    "objects that are text": np.array(["1", "2"], object),
    "bytes": np.array([b"1", b"2"]),
    "complex": np.array([1, 2j]),
    "records": np.zeros(2, "f8,f8"),
    "dates as objects": [datetime.date(2020, 1, 1)] * 2,
    "decimals": [decimal.Decimal(1)] * 2,
    "a table of text": Table(["a", "b"]),
    "a table with nothing in it": Table([1.0, None]),
    "durations as objects": Table([np.timedelta64(1, "s"), 2]),
    "one that keeps its numbers": Table(RuntimeError("call detach()\x1b[2J first")),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", NO_NUMBERS)
def test_what_is_no_number_is_refused_everywhere(case, place):
    with pytest.raises(FastdenseError) as error:
        PLACES[place](NO_NUMBERS[case])
    assert str(error.value).isprintable()


@pytest.mark.parametrize(("case", "words"), [
    ("durations", "inputs are durations, timedelta64.s.; divide them by a unit"),
    ("dates", "inputs are dates"),
    ("masked among numbers", "masked entries"),
    ("text", "inputs are text, such as '1'; give numbers: of categories 0, 1, 2"),
    ("objects that are text", "inputs are text, such as '1'"),
    ("records", "records"),
    ("a table of text", "text, such as 'a'"),
    ("a table with nothing in it", "missing entries, None"),
    ("decimals", "a value of type Decimal"),
    ("one that keeps its numbers", r"cannot be read as an array: call detach\(\)"),
])  # fmt: skip
def test_it_is_answered_by_what_it_is(case, words):
    with pytest.raises(FastdenseError, match=words):
        Data(NO_NUMBERS[case], X)


@given(
    arrays.arrays(
        st.sampled_from(["f4", "f8", "i8", "u1", "?"]), (3, 2), elements={"min_value": 0}
    ).filter(lambda array: np.isfinite(array).all())
)
def test_a_table_of_objects_that_are_numbers_is_that_of_the_numbers(array):
    """As nullable columns without missing entries, or mixed ones, are read."""
    for table in (Table(array.tolist()), array.astype(object), Table(array, array.dtype)):
        data = Data(table, array)
        assert data.inputs.dtype != object
        assert np.array_equal(data.inputs, array)


def test_whole_numbers_of_a_table_stay_whole():
    """So that they can be labels and numbers of rows."""
    labels = Table([0, 2, 1])
    run = train(Network.of(1, 3), LABELS, ([1.0, 2.0, 3.0], labels), order=Table([[2, 1, 0]]))
    same = train(Network.of(1, 3), LABELS, ([1.0, 2.0, 3.0], [0, 2, 1]), order=[[2, 1, 0]])
    assert run.parameters.tobytes() == same.parameters.tobytes()
    assert Data(Table([2**60, 10**30]), X).inputs.tolist() == [[2.0**60], [1e30]]


def test_masked_arrays_without_a_mask_are_arrays():
    rows = [np.ma.array([1.0, 2.0]), np.ma.array([3.0, 4.0], mask=[False, False])]
    assert Data(rows, X).inputs.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (2, 2), (1, 1, 4), ()])
def test_parameters_have_the_shape_that_a_run_gives_them(shape):
    """Which of the numbers is which weight is not guessed."""
    network = Network.of(3, 1)
    data = np.ones((5, 3)), np.ones(5)
    with pytest.raises(FastdenseError, match=r"parameters of shape \(.*expected \(4,\)"):
        train(network, RECIPE, data, parameters=np.zeros(shape))
    run = train(network, RECIPE, data, parameters=np.arange(4.0))
    assert run.initial_parameters.tolist() == [0, 1, 2, 3]


def test_parameters_of_many_dimensions_are_looked_through():
    start = np.zeros((2, 3, 2))
    start[1, 2, 0] = np.nan
    with pytest.raises(
        FastdenseError, match="parameters hold nan at place 0 of network 5, .* finite"
    ):
        train_many(NETWORK, RECIPE, (X, X), seeds=np.zeros((2, 3), int), parameters=start)


@pytest.mark.parametrize("dtype", ["i1", "i8", "f4"])
@pytest.mark.parametrize(("labels", "advice"), [
    ([-6, 0, 6], "labels start at 0: give y [+] 6$"),
    ([1, 2, 3], "labels start at 0: give y - 1$"),
    ([3, 4], "give y - 3$"),
    ([-1, 1, 1], r"give \(y [+] 1\) / 2, which is 0 and 1$"),
    ([-1, 0, 1], "give y [+] 1$"),
    ([-128, 0], "give y [+] 128$"),
    ([0, 3], "a network for these labels has 4$"),
])  # fmt: skip
def test_labels_that_do_not_fit_are_shifted_in_words(labels, advice, dtype):
    rows = np.arange(len(labels)), np.array(labels, dtype)
    with pytest.raises(FastdenseError, match=f"labels run from .*{advice}"):
        train(Network.of(1, 3 if max(labels) == 1 else 2), LABELS, rows)


def test_labels_that_are_not_whole_ask_for_another_loss():
    with pytest.raises(FastdenseError, match="some are not whole: for real numbers take mse"):
        train(Network.of(1, 2), LABELS, (X, [0.5, 1.0]))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_no_outputs_are_made_for_labels_that_do_not_start_at_0(labels):
    with pytest.raises(FastdenseError, match="labels start at 0: .* or set network.outputs"):
        Data(labels, labels).outputs_for("sparse_softmax_cross_entropy")
    assert Data([0, *labels], [0, *labels]).outputs_for(LABELS.loss.name) == max(labels) + 1


def test_signs_are_no_probabilities():
    with pytest.raises(FastdenseError, match=r"between 0 and 1; for -1 and 1 give \(y [+] 1\) / 2"):
        train(NETWORK, Recipe(loss="binary_crossentropy"), (X, [-1, 1]))


@pytest.mark.parametrize("name", ["measures", "arms"])
def test_no_names_are_none(name):
    grid = {"recipe.epochs": [1]}
    table = sweep("zero-rate", grid, seeds=1, **{name: None})
    assert table.rows == sweep("zero-rate", grid, seeds=1).rows
    for given_ in (3, 0.5, True):
        with pytest.raises(FastdenseError, match=f"{name} is .*expected a name, or several"):
            sweep("zero-rate", grid, **{name: given_})


@pytest.mark.parametrize("name", ["epochs", "seed", "batch_size", "learning_rate", "l2"])
def test_a_duration_is_no_number(name):
    with pytest.raises(FastdenseError, match=f"{name} is np.timedelta64"):
        Recipe(**{name: np.timedelta64(1, "ns")})
