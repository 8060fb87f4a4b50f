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


@pytest.mark.parametrize("outputs", [1, 3, 16, 17, 40])
@pytest.mark.parametrize("rows", [1, 5, 16, 50])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_only_the_outputs_are_written(outputs, rows, dtype):
    network, inputs = Network.of(5, outputs), INPUTS[:rows].astype(dtype)
    parameters = network.initialize(3, np.dtype(dtype))
    room = np.full((rows + 20, outputs), np.nan, dtype)
    assert Predictor(network, parameters)._predict(inputs, room[10:-10], rows)
    assert np.isnan(room[:10]).all() and np.isnan(room[-10:]).all()
    weights, bias = parameters[: 5 * outputs].reshape(5, outputs), parameters[5 * outputs :]
    np.testing.assert_allclose(room[10:-10], inputs @ weights + bias, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("features", range(1, 18))
@pytest.mark.parametrize("rows", [1, 5, 16, 37])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_feature_of_every_row_arrives(features, rows, dtype):
    parameters = np.vstack([np.eye(features), np.zeros(features)]).astype(dtype)
    predict = Predictor(Network.of(features, features), parameters.ravel())
    inputs = np.random.default_rng(0).standard_normal((rows, features)).astype(dtype)
    np.testing.assert_array_equal(predict(inputs), inputs)


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
