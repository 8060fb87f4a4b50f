"""Predictions: prepared once, the same bits however they are asked for."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Dense, FastdenseError, Network, Recipe, train
from fastdense.devices import prediction
from fastdense.devices.prediction import Predictor

NETWORK = Network(5, [Dense(33, "tanh"), Dense(7, "relu"), Dense(2, "softmax")])
INPUTS = strategies.numbers(0, 700, 5).astype(np.float32)


def predictor():
    return Predictor(NETWORK, NETWORK.initialize(3, np.dtype(np.float32)))


EXPECTED = predictor()(INPUTS)


@given(st.lists(st.tuples(st.integers(0, 699), st.integers(1, 700)), min_size=1, max_size=8))
def test_any_rows_in_any_order(pieces):
    predict = predictor()
    for first, count in pieces:
        ours = predict(INPUTS[first : first + count])
        assert ours.tobytes() == EXPECTED[first : first + count].tobytes()


def test_threads_share_many_rows(monkeypatch):
    monkeypatch.setattr(prediction, "SHARED_PRODUCTS", 0)
    for members in (1, 2, 3):
        monkeypatch.setattr(prediction, "cores", lambda members=members: members)
        assert predictor()(INPUTS).tobytes() == EXPECTED.tobytes()


def test_threads_of_the_caller_may_use_one_predictor():
    predict = predictor()
    with ThreadPoolExecutor(4) as pool:
        for ours in pool.map(lambda _: predict(INPUTS), range(50)):
            assert ours.tobytes() == EXPECTED.tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rows", [1, 20, 700])
def test_numbers_that_are_not_finite_are_named(bad, rows):
    predict = predictor()
    inputs = INPUTS[:rows].copy()
    inputs[rows // 2, 4] = bad
    with pytest.raises(FastdenseError, match=f"inputs hold NaN or infinity in row {rows // 2}"):
        predict(inputs)
    assert predict(INPUTS[:rows]).tobytes() == EXPECTED[:rows].tobytes()


def test_a_run_that_has_predicted_can_be_copied():
    run = train(Network.of(1, 2, 1), Recipe(epochs=1), ([1, 2], [3, 4]))
    first = run.predict([[1.5]])
    for other in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert other.predict([[1.5]]).tobytes() == first.tobytes()


def test_what_lies_otherwise_in_memory_is_read_rightly():
    predict = predictor()
    read_only = INPUTS.copy()
    read_only.flags.writeable = False
    for inputs in (read_only, np.asfortranarray(INPUTS), INPUTS.astype(float), INPUTS.tolist()):
        assert predict(inputs).tobytes() == EXPECTED.tobytes()
    assert predict(INPUTS[::2]).tobytes() == np.ascontiguousarray(EXPECTED[::2]).tobytes()
