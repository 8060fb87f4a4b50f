"""Predictions: prepared once, the same bits however they are asked for."""

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import strategies
from hypothesis import assume, given
from hypothesis import strategies as st

from fastdense import Dense, Dropout, FastdenseError, Network, Recipe, train
from fastdense.devices import prediction
from fastdense.devices.arrangement import prediction_costs
from fastdense.devices.prediction import Predictor
from fastdense.kernels.layout import padded

# Of the softmax samples stand in columns; the outputs of the other fill whole vectors.
COLUMNS = Network(5, [Dense(33, "tanh"), Dense(7, "relu"), Dense(2, "softmax")])
ROWS = Network(5, [Dense(48, "tanh"), Dropout(0.5), Dense(16, "relu"), Dense(32, "identity")])
INPUTS = strategies.numbers(0, 700, 5).astype(np.float32)
both = pytest.mark.parametrize("network", [COLUMNS, ROWS], ids=["columns", "rows"])


def predictor(network):
    return Predictor(network, network.initialize(3, np.dtype(np.float32)))


EXPECTED = {network: predictor(network)(INPUTS) for network in (COLUMNS, ROWS)}


@both
@given(st.lists(st.tuples(st.integers(0, 699), st.integers(1, 700)), min_size=1, max_size=8))
def test_any_rows_in_any_order(network, pieces):
    predict = predictor(network)
    for first, count in pieces:
        ours = predict(INPUTS[first : first + count])
        assert ours.tobytes() == EXPECTED[network][first : first + count].tobytes()


def in_one_way(network, parameters, inputs, by_rows):
    predict = Predictor(network, parameters)
    predict._in_rows = 0 if by_rows else math.inf
    outputs = predict(inputs)
    assert [chosen for _, chosen, _ in predict._ways] == [by_rows]
    return outputs


@given(
    strategies.networks(),
    st.integers(1, 300),
    st.integers(0, 2**32),
    st.sampled_from(["float32", "float64"]),
)
def test_rows_and_columns_have_the_same_bits(network, rows, seed, dtype):
    assume(math.isfinite(prediction_costs(network, dtype)[0]))
    parameters = network.initialize(seed, dtype)
    inputs = strategies.numbers(seed, rows, network.inputs).astype(dtype)
    ours, theirs = (in_one_way(network, parameters, inputs, way) for way in (True, False))
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("widths", [(300, 260, 5), (600, 700, 300, 17)])
@pytest.mark.parametrize("rows", [1, 7, 17, 130])
def test_rows_and_columns_of_a_large_network_have_the_same_bits(widths, rows):
    # Products are cut into pieces, and weights are packed.
    network = Network.of(*widths)
    parameters = network.initialize(1, "float32")
    inputs = strategies.numbers(0, rows, widths[0]).astype(np.float32)
    ours, theirs = (in_one_way(network, parameters, inputs, way) for way in (True, False))
    assert ours.tobytes() == theirs.tobytes()


def test_samples_stand_where_less_is_wasted():
    def by_rows(rows, *widths):
        in_rows, in_columns = prediction_costs(Network.of(*widths), "float32")
        return in_rows * rows <= in_columns * padded(rows)

    assert by_rows(10_000, 64, 64, 64, 10) and by_rows(1, 784, 1024, 1024, 10)
    assert not by_rows(10_000, 1, 16, 8, 1) and not by_rows(10_000, 784, 1024, 1024, 10)
    assert by_rows(2, 1, 16, 8, 1) and not by_rows(16, 1, 16, 8, 1)


@both
def test_threads_share_many_rows(monkeypatch, network):
    monkeypatch.setattr(prediction, "SHARED_PRODUCTS", 0)
    for members in (1, 2, 3):
        monkeypatch.setattr(prediction, "cores", lambda members=members: members)
        predict = predictor(network)
        for rows in (1, 17, 700, 40, 300):
            ours = predict(INPUTS[:rows])
            assert ours.tobytes() == EXPECTED[network][:rows].tobytes()


def test_every_thread_has_rows_to_predict(monkeypatch):
    monkeypatch.setattr(prediction, "SHARED_PRODUCTS", 0)
    monkeypatch.setattr(prediction, "cores", lambda: 2)
    given, predict = [], predictor(COLUMNS)
    monkeypatch.setattr(prediction, "share", lambda relay, parts, owner: given.append(parts))
    for rows in (700, 17, 32, 300):
        predict._predict(INPUTS[:rows], np.empty((rows, 2), np.float32), rows)
    assert [len(parts) for parts in given] == [2] * 4
    assert all(end > begin for parts in given for _, _, begin, end in parts)


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


@both
def test_threads_of_the_caller_may_use_one_predictor(network):
    predict = predictor(network)
    with ThreadPoolExecutor(4) as pool:
        for ours in pool.map(lambda _: predict(INPUTS), range(50)):
            assert ours.tobytes() == EXPECTED[network].tobytes()


@both
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rows", [1, 20, 700])
def test_numbers_that_are_not_finite_are_named(network, bad, rows):
    predict = predictor(network)
    inputs = INPUTS[:rows].copy()
    inputs[rows // 2, 4] = bad
    with pytest.raises(FastdenseError, match=f"inputs hold NaN or infinity in row {rows // 2}"):
        predict(inputs)
    assert predict(INPUTS[:rows]).tobytes() == EXPECTED[network][:rows].tobytes()


def test_a_run_that_has_predicted_can_be_copied():
    run = train(Network.of(1, 2, 1), Recipe(epochs=1), ([1, 2], [3, 4]))
    first = run.predict([[1.5]])
    for other in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert other.predict([[1.5]]).tobytes() == first.tobytes()


@both
def test_what_lies_otherwise_in_memory_is_read_rightly(network):
    predict, expected = predictor(network), EXPECTED[network]
    read_only = INPUTS.copy()
    read_only.flags.writeable = False
    for inputs in (read_only, np.asfortranarray(INPUTS), INPUTS.astype(float), INPUTS.tolist()):
        assert predict(inputs).tobytes() == expected.tobytes()
    assert predict(INPUTS[::2]).tobytes() == np.ascontiguousarray(expected[::2]).tobytes()
