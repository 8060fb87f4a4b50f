"""Predictions: prepared once, the same bits however they are asked for."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Dense, Dropout, FastdenseError, Network, Recipe, train
from fastdense.devices.cpu import prediction
from fastdense.devices.cpu.prediction import Predictor
from fastdense.kernels.layout import COLUMN_MULTIPLE

# Samples stay in rows where layers fill whole vectors, or if they are few.
COLUMNS = Network(5, [Dense(4, "tanh"), Dense(2, "relu"), Dense(2, "softmax")])
ROWS = Network(
    5, [Dense(48, "tanh", bias="normal"), Dropout(0.5), Dense(16, "relu"), Dense(32, "identity")]
)
EITHER = Network.of(5, 40, 20, 2, output="softmax", bias="normal")
NETWORKS = {"columns": COLUMNS, "rows": ROWS, "either": EITHER}
INPUTS = strategies.numbers(0, 700, 5).astype(np.float32)
every = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
in_both_ways = pytest.mark.parametrize("by_rows", [True, False], ids=["rows", "columns"])


def predictor(network, by_rows=None, parameters=None):
    if parameters is None:
        parameters = network.initialize(3, np.dtype(np.float32))
    predict = Predictor(network, parameters)
    if by_rows is not None:
        predict._stay_in_rows = lambda count: by_rows
    return predict


EXPECTED = {network: predictor(network)(INPUTS) for network in NETWORKS.values()}


def test_samples_stand_where_less_is_wasted():
    def stay(rows, *widths):
        return predictor(Network.of(*widths))._stay_in_rows(rows)

    assert stay(10_000, 64, 64, 64, 10) and stay(1, 784, 1024, 1024, 10)
    assert not stay(10_000, 1, 16, 8, 1) and not stay(10_000, 784, 1024, 1024, 10)
    assert stay(2, 1, 16, 8, 1) and not stay(16, 1, 16, 8, 1)
    ways = {name: [predictor(n)._stay_in_rows(r) for r in (8, 16)] for name, n in NETWORKS.items()}
    assert ways == {"columns": [False, False], "rows": [True, True], "either": [True, False]}


@every
@given(st.lists(st.tuples(st.integers(0, 699), st.integers(1, 700)), min_size=1, max_size=8))
def test_any_rows_in_any_order(network, pieces):
    predict = predictor(network)
    for first, count in pieces:
        ours = predict(INPUTS[first : first + count])
        assert ours.tobytes() == EXPECTED[network][first : first + count].tobytes()


@given(
    st.one_of(strategies.networks(), strategies.networks(loss="categorical_crossentropy")),
    st.integers(1, 300),
    st.integers(0, 2**32),
    st.sampled_from(["float32", "float64"]),
)
def test_rows_and_columns_have_the_same_bits(network, rows, seed, dtype):
    parameters = network.initialize(seed, dtype)
    inputs = strategies.numbers(seed, rows, network.inputs).astype(dtype)
    ours, theirs = (predictor(network, way, parameters)(inputs) for way in (True, False))
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("widths", [(300, 260, 5), (600, 700, 300, 17)])
@pytest.mark.parametrize("rows", [1, 7, 17, 130])
def test_a_large_network_has_the_same_bits_too(widths, rows):
    # Products are cut into pieces, weights are packed, and one row meets tiles of 16 vectors.
    network = Network.of(*widths, bias="normal")
    parameters = network.initialize(1, "float32")
    inputs = strategies.numbers(0, rows, widths[0]).astype(np.float32)
    ours, theirs = (predictor(network, way, parameters)(inputs) for way in (True, False))
    assert ours.tobytes() == theirs.tobytes()
    values = inputs.astype(float)
    for index, (weights, bias) in enumerate(network.split(parameters.astype(float))):
        values = values @ weights + bias
        if index < len(widths) - 2:
            values = np.maximum(values, 0)
    np.testing.assert_allclose(ours, values, rtol=1e-4, atol=1e-4)


@every
@pytest.mark.parametrize("by_rows", [True, False, None])
def test_threads_share_many_rows(monkeypatch, network, by_rows):
    monkeypatch.setattr(prediction, "SHARED_PRODUCTS", 0)
    monkeypatch.setattr(prediction, "MIN_ROWS", 16)
    for threads in (1, 2, 3):
        monkeypatch.setattr(prediction, "cores", lambda threads=threads: threads)
        predict = predictor(network, by_rows)
        for rows in (1, 17, 700, 40, 300):
            ours = predict(INPUTS[:rows])
            assert ours.tobytes() == EXPECTED[network][:rows].tobytes()


@in_both_ways
@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_have_equal_shares(monkeypatch, by_rows, threads):
    monkeypatch.setattr(prediction, "SHARED_PRODUCTS", 0)
    monkeypatch.setattr(prediction, "MIN_ROWS", 16)
    monkeypatch.setattr(prediction, "cores", lambda: threads)
    shares, predict = [], predictor(ROWS, by_rows)
    monkeypatch.setattr(prediction, "share", lambda work, parts, owner: shares.append(parts))
    for rows in (700, 32, 100, 66, 300):
        ways = {}
        predict._predict(ways, INPUTS[:rows], np.empty((rows, 32), np.float32), rows)
        (way,) = ways.values()
        chunk = int(way._job["columns"][0])
        given = [min(end * chunk, rows) - begin * chunk for _, _, begin, end in shares[-1]]
        assert sum(given) == rows and min(given) > 0
        most = max(end - begin for _, _, begin, end in shares[-1])
        rounding = most * (1 if by_rows else COLUMN_MULTIPLE)  # of every chunk
        assert max(given) < rows / len(given) + rounding


@in_both_ways
@pytest.mark.parametrize("outputs", [1, 3, 16, 17, 40])
@pytest.mark.parametrize("rows", [1, 5, 16, 50])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_only_the_outputs_are_written(outputs, rows, dtype, by_rows):
    network, inputs = Network.of(5, outputs, bias="normal"), INPUTS[:rows].astype(dtype)
    parameters = network.initialize(3, np.dtype(dtype))
    room = np.full((rows + 20, outputs), np.nan, dtype)
    assert predictor(network, by_rows, parameters)._predict({}, inputs, room[10:-10], rows)
    assert np.isnan(room[:10]).all() and np.isnan(room[-10:]).all()
    weights, bias = parameters[: 5 * outputs].reshape(5, outputs), parameters[5 * outputs :]
    np.testing.assert_allclose(room[10:-10], inputs @ weights + bias, rtol=1e-5, atol=1e-6)


@in_both_ways
@pytest.mark.parametrize("features", range(1, 18))
@pytest.mark.parametrize("rows", [1, 5, 16, 37])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_feature_of_every_row_arrives(features, rows, dtype, by_rows):
    parameters = np.vstack([np.eye(features), np.zeros(features)]).astype(dtype)
    predict = predictor(Network.of(features, features), by_rows, parameters.ravel())
    inputs = np.random.default_rng(0).standard_normal((rows, features)).astype(dtype)
    np.testing.assert_array_equal(predict(inputs), inputs)


@every
def test_threads_of_the_caller_may_use_one_predictor(network):
    predict = predictor(network)
    with ThreadPoolExecutor(4) as pool:
        for ours in pool.map(lambda _: predict(INPUTS), range(50)):
            assert ours.tobytes() == EXPECTED[network].tobytes()


@every
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


@every
def test_what_lies_otherwise_in_memory_is_read_rightly(network):
    predict, expected = predictor(network), EXPECTED[network]
    read_only = INPUTS.copy()
    read_only.flags.writeable = False
    for inputs in (read_only, np.asfortranarray(INPUTS), INPUTS.astype(float), INPUTS.tolist()):
        assert predict(inputs).tobytes() == expected.tobytes()
    assert predict(INPUTS[::2]).tobytes() == np.ascontiguousarray(expected[::2]).tobytes()
