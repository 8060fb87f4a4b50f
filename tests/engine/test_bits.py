"""The same seed gives the same bits, whatever the pieces, the chunks and the observation."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, Network, Recipe, catalogue, train
from fastdense.arrays import buffers
from fastdense.devices.cpu import arena, state
from fastdense.devices.cpu import single as sessions
from fastdense.devices.cpu.prediction import Predictor
from fastdense.kernels.layout import padded
from fastdense.task import prepare

CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"
# Arrays that a session owns and that no result may depend on: gradient, arena, transposed delta.
SCRATCH = "gradient", "arena", "scratch"


@st.composite
def trainings(draw):
    return draw(strategies.trainings(dtype=draw(st.sampled_from(["float32", "float64"]))))


def session(training, threads=1, **changes):
    (network, recipe, data), options = training
    task = prepare(network, recipe, data, **{**options, **changes}).trained
    return sessions.Single(task, threads)


def finished(session, budgets=()):
    budgets = iter(budgets)
    while not session.done:
        session.advance(next(budgets, 10**9))
    return session.result()


def same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        if isinstance(value, dict):
            same(ours[name], value)
        elif isinstance(value, np.ndarray):
            assert ours[name].tobytes() == value.tobytes(), name
        else:
            assert ours[name] == value, name


@settings(max_examples=30)
@given(trainings(), st.lists(st.integers(1, 200_000), max_size=40))
def test_pieces_of_any_length(training, budgets):
    same(finished(session(training), budgets), finished(session(training)))


@settings(max_examples=60)
@given(
    trainings(),
    st.integers(2, 3),
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 9**6), st.integers(0, 2))),
)
def test_any_number_of_threads(training, threads, short, by_units, pieces):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "FAR_MORE", 0 if by_units else 10**9)
        patch.setattr(sessions, "SHARED_LAYER", 1)
        patch.setattr(sessions, "SHARED_PRODUCTS", 0)
        patch.setattr(sessions, "MIN_COLUMNS", 16)
        patch.setattr(sessions, "MIN_NUMBERS", 1)
        if short:
            patch.setattr(sessions, "chunk_columns", lambda *given: 16)
        shared = session(training, threads)
    ways = iter(pieces)
    while not shared.done:
        budget, way = next(ways, (10**9, -1))
        shared.advance(budget, way % len(shared._strategies))
    same(shared.result(), finished(session(training)))


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_gradients_that_are_taken_in_turn(optimizer, threads):
    """Each thread those of its own chunks; a call may end after any of them."""
    network = Network.of(4, 32, 16, 4, activation="tanh")
    data = strategies.numbers(0, 2900, 4), strategies.numbers(1, 2900, 4)
    recipe = Recipe(optimizer=optimizer, batch_size=2000, epochs=3, learning_rate=0.1, l2=0.01)
    training = (network, recipe, data), {"observe_every": 2}
    expected = finished(session(training))
    ours, behind = guarded_session(training, threads)
    assert (
        ours._strategies[-1].in_turn and ours._strategies[-1].arenas < ours._strategies[-1].chunks
    )
    budgets = itertools.cycle([1, 1, 10**6, 10**9])
    while not ours.done:
        ours.advance(next(budgets), len(ours._strategies) - 1)
    assert all((array == CANARY).all() for array in behind)
    same(ours.result(), expected)


@pytest.mark.parametrize("threads", [2, 3, 5])
@pytest.mark.parametrize("samples", [2, 7, 11])
def test_units_of_layers_of_a_few_samples_that_threads_share(samples, threads):
    layers = [Dense(67, "tanh"), Dense(180, "relu"), Dense(161, "silu"), Dense(100), Dense(10)]
    data = strategies.numbers(0, 9 * samples - 1, 40), strategies.numbers(1, 9 * samples - 1, 10)
    recipe = Recipe(
        optimizer="adam", batch_size=samples, epochs=3, learning_rate=0.01, l2=0.001, seed=3
    )
    training = (Network(40, layers), recipe, data), {"observe_every": 2}
    changed = {"SHARED_LAYER": 1 << 12, "FAR_MORE": 0, "SHARED_PRODUCTS": 0}
    ours, behind = guarded_session(training, threads, **changed)
    assert ours.arrays["plan"][0]["in_rows"] >= samples
    assert ours._strategies[-1].by_units > 0 and ours._strategies[-1].threads == threads
    budgets = itertools.cycle([1, 10**6, 10**9])
    while not ours.done:
        ours.advance(next(budgets), len(ours._strategies) - 1)
    assert all((array == CANARY).all() for array in behind)
    same(ours.result(), finished(session(training)))


@pytest.mark.parametrize("threads", [2, 3, 5])
@pytest.mark.parametrize("samples", [13, 32, 50])
def test_units_of_layers_that_threads_share(samples, threads):
    """Some are shared, some not; widths leave parts that are no whole vectors."""
    layers = [
        Dense(67, "tanh"), Dropout(0.2), Dense(180, "relu"), Dense(161, "silu"),
        Dense(33, "softmax"), Dense(100, "gelu"), Dense(10),
    ]  # fmt: skip
    network = Network(40, layers)
    data = strategies.numbers(0, 4 * samples - 3, 40), strategies.numbers(1, 4 * samples - 3, 10)
    recipe = Recipe(
        optimizer="adam", batch_size=samples, epochs=3, learning_rate=0.01, l1=0.001,
        gradient_accumulation_steps=2, seed=3,
    )  # fmt: skip
    training = (network, recipe, data), {"observe_every": 2}
    ours, behind = guarded_session(training, threads, SHARED_LAYER=1 << 15, FAR_MORE=0)
    assert ours._strategies[-1].by_units > 0 and ours._strategies[-1].threads == threads
    budgets = itertools.cycle([1, 10**6, 10**9])
    while not ours.done:
        ours.advance(next(budgets), len(ours._strategies) - 1)
    assert all((array == CANARY).all() for array in behind)
    same(ours.result(), finished(session(training)))


CANARY = 0x5A
BEHIND = 1 << 16  # bytes


def guarding():
    """A function to allocate arrays with, and the canaries behind those that it has made."""
    behind = []

    def guarded(count, dtype, keep=True):
        size = count * np.dtype(dtype).itemsize
        whole = buffers.aligned(size + BEHIND, np.uint8)
        whole[size:] = CANARY
        behind.append(whole[size:])
        return whole[:size].view(dtype)

    return guarded, behind


def guarded_session(training, threads, **constants):
    """A session with canaries behind every array that kernels write to, and these canaries."""
    guarded, behind = guarding()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "aligned", guarded)
        patch.setattr(state, "buffer", guarded)
        patch.setattr(sessions, "begun", lambda *given: (state.arrays_alone(*given), None))
        for name, value in constants.items():
            patch.setattr(sessions, name, value)
        return session(training, threads), behind


def finished_within(session, behind):
    while not session.done:
        session.advance(10**9, len(session._strategies) - 1)
    assert len(behind) > 7
    assert all((array == CANARY).all() for array in behind)
    return session.result()


@settings(max_examples=40)
@given(
    trainings(), st.integers(1, 8), st.sampled_from([16, 32]), st.booleans(),
    st.sampled_from([0, 3]),
)  # fmt: skip
def test_nothing_is_written_behind_an_array(training, threads, columns, short, far_more):
    constants = {"SHARED_PRODUCTS": 0, "MIN_NUMBERS": 1, "MIN_COLUMNS": columns}
    constants |= {"FAR_MORE": far_more, "SHARED_LAYER": 1}
    if short:
        constants["chunk_columns"] = lambda *given: columns
    ours = finished_within(*guarded_session(training, threads, **constants))
    same(ours, finished(session(training)))


@pytest.mark.parametrize("columns", [16, 128, 512])
def test_whole_squares_may_be_read(columns):
    """Of rows that do not fill one, what stands behind them is read as well."""
    stride = arena.stride_of(columns)
    few = 0
    for widths in itertools.product([1, 2, 4, 17, 18, 35], [1, 2, 17, 20], [1, 2, 4, 33]):
        for network in (Network.of(*widths), Network.of(*widths[:2])):
            layers, places = arena.arrange(network, "float32")
            size = arena.arena_size(places, columns)
            for layer in layers:
                first = []
                if layer["few_outputs"] and (layer["n_in"] + 1) % 16 != 1:
                    first = [(layer["input_row"], layer["n_in"] + 1)]
                elif layer["few_inputs"]:
                    rows = layer["n_out"]
                    first = [(layer["delta_row"], rows), (layer["slope_row"], rows)]
                few += len(first)
                for row, count in first:
                    assert (row + padded(count) - 1) * stride + columns <= size
    assert few > 100


@pytest.mark.parametrize(("rows", "batch", "threads"), [(3000, 96, 8), (1000, 64, 4), (4, 4, 2)])
def test_threads_that_find_no_chunk_of_their_own(rows, batch, threads):
    data = strategies.numbers(0, rows, 8), strategies.numbers(1, rows, 1)
    network = Network.of(8, 256, 256, 1, activation="relu")
    training = (network, Recipe(batch_size=batch, epochs=2, learning_rate=0.01), data), {}
    ours = finished_within(*guarded_session(training, threads))
    same(ours, finished(session(training)))


@settings(max_examples=15)
@given(trainings())
def test_the_smallest_pieces_and_a_second_time(training):
    whole = finished(session(training))
    pieces = session(training)
    while not pieces.done:
        pieces.advance(1)
    same(pieces.result(), whole)
    run = train(*training[0], **training[1])
    same({name: getattr(run, name) for name in whole}, whole)


@settings(max_examples=30)
@given(trainings(), st.integers(0, 4), st.integers(0, 4))
def test_looking_changes_nothing(training, evaluate_every, observe_every):
    plain = finished(session(training, evaluate_every=1, observe_every=0))
    looked = finished(session(training, evaluate_every=evaluate_every, observe_every=observe_every))
    assert looked["parameters"].tobytes() == plain["parameters"].tobytes()
    assert looked["steps"] == plain["steps"]
    for name in CURVES:
        if looked[name] is not None:
            assert looked[name].tobytes() == plain[name][looked["epochs"]].tobytes(), name


@settings(max_examples=30)
@given(trainings(), st.integers(1, 6), st.integers(1, 6))
def test_chunks_of_any_width(training, columns, block):
    expected = finished(session(training))
    widths = iter([16 * columns, 16 * block])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "chunk_columns", lambda *given: next(widths))
        narrow = session(training)
    same(finished(narrow), expected)


@pytest.mark.parametrize("optimizer", strategies.OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_sample_alone_or_beside_others(optimizer, dtype, monkeypatch):
    """A single sample has products and an update of its own; padded to sixteen it has not."""
    network = Network(9, [Dense(70, "tanh"), Dense(150, "relu"), Dense(21), Dense(3)])
    data = strategies.numbers(0, 30, 9), strategies.numbers(1, 30, 3)
    recipe = Recipe(batch_size=1, epochs=3, learning_rate=0.01, optimizer=optimizer, dtype=dtype)
    expected = finished(session(((network, recipe, data), {}), observe_every=1))
    monkeypatch.setattr(sessions, "chunk_columns", lambda *given: 16)
    same(finished(session(((network, recipe, data), {}), observe_every=1)), expected)


@pytest.mark.parametrize("activation", strategies.ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_are_the_same_with_and_without_slopes(activation, dtype):
    network = Network.of(5, 33, 3, activation=activation)
    data = strategies.numbers(0, 40, 5), strategies.numbers(1, 40, 3)
    recipe = Recipe(batch_size=40, epochs=1, learning_rate=0, shuffle=False, dtype=dtype)
    result = finished(session(((network, recipe, data), {})))
    assert result["running_loss"][1] == result["loss"][0] == result["loss"][1]


def test_arenas_of_any_size(monkeypatch):
    network = Network(7, [Dense(33, "tanh"), Dropout(0.3), Dense(5, "relu"), Dense(2)])
    data = strategies.numbers(0, 1500, 7), strategies.numbers(1, 1500, 2)
    training = (network, Recipe(batch_size=1200, epochs=2, learning_rate=0.1), data), {}
    expected = finished(session(training))
    monkeypatch.setattr(arena, "ARENA_NUMBERS", 1)
    same(finished(session(training)), expected)


@settings(max_examples=30)
@given(trainings())
def test_scratch_may_hold_anything(training):
    expected = finished(session(training))
    poisoned = session(training)
    for name in SCRATCH:
        poisoned.arrays[name][:] = np.nan
    same(finished(poisoned), expected)


@settings(max_examples=10)
@given(st.lists(trainings(), min_size=4, max_size=8))
def test_threads_side_by_side(trainings):
    expected = [finished(session(t)) for t in trainings]
    with ThreadPoolExecutor(4) as pool:
        for ours, theirs in zip(
            pool.map(lambda t: finished(session(t), [1000] * 20), trainings), expected, strict=True
        ):
            same(ours, theirs)


@settings(max_examples=20)
@given(trainings())
def test_what_is_given_stays_as_it_was(training):
    (network, recipe, data), options = training
    start = network.initialize(recipe.seed, recipe.dtype)
    arrays = [start]
    for array in (data.inputs, data.targets):
        arrays.append(np.ascontiguousarray(array, recipe.dtype))
    before = [a.tobytes() for a in arrays]
    for array in arrays:
        array.setflags(write=False)
    ours = Data(arrays[1], arrays[2], data.weights, data.test)
    run = train(network, recipe, ours, parameters=start, **options)
    assert [a.tobytes() for a in arrays] == before
    assert run.initial_parameters.tobytes() == before[0]
    assert run.parameters.tobytes() == finished(session(training))["parameters"].tobytes()


@settings(max_examples=30)
@given(
    strategies.networks(loss="categorical_crossentropy"),
    st.integers(1, 80),
    st.integers(0, 2**32),
    st.sampled_from(["float32", "float64"]),
)
def test_a_row_is_predicted_alike_in_any_company(network, rows, seed, dtype):
    parameters = network.initialize(seed, dtype)
    inputs = strategies.numbers(seed, rows, network.inputs)
    predictor = Predictor(network, parameters)
    together = predictor(inputs)
    for row in {0, rows // 2, rows - 1}:
        alone = predictor(inputs[row : row + 1])
        assert alone[0].tobytes() == together[row].tobytes()
        rest = predictor(inputs[row:])
        assert rest[0].tobytes() == together[row].tobytes()


def permuted(network, parameters, layer, order):
    """Parameters after a new order of the units of dense layer `layer`."""
    result = parameters.copy()
    split = network.split(result)
    weights, bias = network.split(parameters)[layer]
    split[layer][0][...] = weights[:, order]
    split[layer][1][...] = bias[order]
    if layer + 1 < len(split):
        split[layer + 1][0][...] = network.split(parameters)[layer + 1][0][order]
    return result


@settings(max_examples=30)
@given(
    st.sampled_from(strategies.ACTIVATIONS),
    st.integers(2, 20),
    st.integers(0, 1),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_the_order_of_hidden_units_matters_to_rounding_only(activation, units, layer, seed, l2):
    network = Network.of(3, units, units, 2, activation=activation)
    data = strategies.numbers([seed, 0], 23, 3), strategies.numbers([seed, 1], 23, 2)
    recipe = Recipe(
        epochs=2, batch_size=7, learning_rate=0.02, seed=seed, dtype="float64", l2=0.1 * l2,
        optimizer="momentum",
    )  # fmt: skip
    start = network.initialize(seed, "float64")
    order = np.random.default_rng(seed).permutation(units)
    plain = train(network, recipe, data, parameters=start, observe_every=1)
    other = train(
        network, recipe, data, parameters=permuted(network, start, layer, order), observe_every=1
    )
    expected = permuted(network, plain.parameters, layer, order)
    np.testing.assert_allclose(other.parameters, expected, rtol=1e-11, atol=1e-12)
    for name in ("loss", "running_loss"):
        ours, theirs = getattr(other, name), getattr(plain, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, err_msg=name)
    for name, theirs in plain.signals.items():
        np.testing.assert_allclose(other.signals[name], theirs, rtol=1e-11, err_msg=name)


ELEMENTWISE = [n for n in strategies.LOSSES if not catalogue.get("losses", n).coupled]


@pytest.mark.parametrize("loss", ELEMENTWISE)
@settings(max_examples=8)
@given(st.data())
def test_output_units_do_not_touch_one_another(loss, data):
    """Without hidden layers every unit has its own chains: a new order permutes the bits."""
    outputs, seed = data.draw(st.integers(2, 20)), data.draw(st.integers(0, 2**32))
    predictions = catalogue.get("losses", loss).predictions
    activation = strategies.OUTPUTS.get(predictions, "identity")
    network = Network(5, [Dense(outputs, activation, bias="uniform")])
    inputs = strategies.numbers([seed, 0], 19, 5)
    targets = strategies.targets_for(loss, seed, 19, outputs)
    recipe = Recipe(
        loss=loss,
        epochs=3,
        batch_size=8,
        optimizer=data.draw(st.sampled_from(strategies.OPTIMIZERS)),
    )
    start = network.initialize(seed)
    order = np.random.default_rng(seed).permutation(outputs)
    plain = train(network, recipe, (inputs, targets), parameters=start)
    other = train(
        network, recipe, (inputs, targets[:, order]), parameters=permuted(network, start, 0, order)
    )
    assert plain.parameters.tobytes() != start.tobytes()
    expected = permuted(network, plain.parameters, 0, order)
    assert other.parameters.tobytes() == expected.tobytes()
    np.testing.assert_allclose(other.loss, plain.loss, rtol=1e-13)


@settings(max_examples=20)
@given(st.integers(1, 18), st.integers(0, 2**32), st.sampled_from(["float32", "float64"]))
def test_a_unit_of_zeros_changes_nothing(units, seed, dtype):
    """An fma with a zero leaves its sum: a tanh unit without weights may be added anywhere."""
    narrow, wide = (Network(3, [Dense(n, "tanh"), Dense(2)]) for n in (units, units + 1))
    data = strategies.numbers([seed, 0], 23, 3), strategies.numbers([seed, 1], 23, 2)
    recipe = Recipe(epochs=3, batch_size=7, learning_rate=0.1, optimizer="adam", dtype=dtype)
    start = narrow.initialize(seed, dtype)
    place = np.random.default_rng(seed).integers(0, units + 1)

    def widened(parameters):
        (w0, b0), (w1, b1) = narrow.split(parameters)
        parts = np.insert(w0, place, 0, 1), np.insert(b0, place, 0), np.insert(w1, place, 0, 0), b1
        return np.concatenate([p.ravel() for p in parts])

    plain = train(narrow, recipe, data, parameters=start)
    other = train(wide, recipe, data, parameters=widened(start))
    np.testing.assert_array_equal(other.parameters, widened(plain.parameters))
    assert other.loss.tobytes() == plain.loss.tobytes()


@pytest.mark.parametrize("threads", [1, 3])
def test_a_gradient_over_several_chunks_in_many_calls(monkeypatch, threads):
    """A call may end between any two units of a step; who does the next units changes after it."""
    network = Network(64, [Dense(400, "relu"), Dense(400, "tanh"), Dense(3)])
    data = strategies.numbers(0, 900, 64), strategies.numbers(1, 900, 3)
    training = (network, Recipe(batch_size=700, epochs=2, learning_rate=0.1), data), {}
    expected = finished(session(training))
    monkeypatch.setattr(arena, "CHUNK_PRODUCTS", 16 * network.size)
    pieces = session(training, threads)
    assert network.size > arena.SMALL_NETWORK
    for way in pieces._strategies:
        assert 1 < way.chunks < -(-700 // way.columns)
        enough = arena.CHUNKS_EACH * way.threads * way.arena
        assert way.chunks * way.arena <= max(arena.ACTIVATIONS * network.size, enough)
    units, ways = set(), [way.threads for way in pieces._strategies]
    while not pieces.done:
        unit, threads = int(pieces.state[0]["unit"]), pieces.arrays["plan"][0]["threads"]
        pieces.advance(1, len(units) % len(ways))
        units.add(unit)
        # A gradient that has begun is finished in the way in which it was begun.
        assert unit == 0 or pieces.arrays["plan"][0]["threads"] == threads
    assert len(units) > pieces._strategies[0].chunks
    same(pieces.result(), expected)


def test_a_large_batch_is_cut_into_chunks(monkeypatch):
    """A call may end between two chunks of one mini-batch, and the bits are the same."""
    network = Network.of(3, 20, 1, activation="tanh")
    rng = np.random.default_rng(0)
    data = rng.standard_normal((3000, 3)), rng.standard_normal((3000, 1))
    recipe = Recipe(optimizer="adam", batch_size="full", epochs=3, clip_norm=0.5)
    monkeypatch.setattr(arena, "ARENA_NUMBERS", 1)
    session = sessions.Single(prepare(network, recipe, data, observe_every=2))
    calls = 0
    while not session.done:
        session.advance(1)
        calls += 1
    assert calls > 3 * 3000 // 128
    monkeypatch.undo()
    whole = train(network, recipe, data, observe_every=2)
    assert session.result()["parameters"].tobytes() == whole.parameters.tobytes()
    for name, ours in session.result()["signals"].items():
        assert ours.tobytes() == whole.signals[name].tobytes(), name
