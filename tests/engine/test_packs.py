"""A network trained in a pack has the bits of the same network trained alone."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bits import CANARY, guarding

from fastdense import Data, Dense, Dropout, FastdenseError, Network, Recipe, train, train_many
from fastdense.devices import cpu
from fastdense.devices.cpu import pack, state
from fastdense.devices.cpu import single as sessions
from fastdense.devices.cpu.pack import Pack
from fastdense.devices.cpu.single import Single
from fastdense.many import Trial, carry_out
from fastdense.outcome import names
from fastdense.runs import CURVES
from fastdense.settings.lanes import NUMBERS
from fastdense.task import prepare
from fastdense.variants import Variants, check_varied, vary

NAMES = (*CURVES, "parameters", "initial_parameters", "epochs", "observed_epochs")


def same(ours, theirs):
    for name in NAMES:
        a, b = getattr(ours, name), getattr(theirs, name)
        if b is None:
            assert a is None, name
        else:
            assert a.dtype == b.dtype and a.tobytes() == b.tobytes(), name
    for name, signal in theirs.signals.items():
        assert ours.signals[name].tobytes() == signal.tobytes(), name
    assert ours.steps == theirs.steps


@st.composite
def varied_trainings(draw, *dtypes):
    """Arguments of `train_many` for up to two and a half groups of lanes (five in float64)."""
    dtype = draw(st.sampled_from(dtypes or ["float32", "float64"]))
    (network, recipe, data), options = draw(strategies.trainings(dtype=dtype))
    count = draw(st.integers(2, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))

    sign = -1.0 if recipe.ascend else 1.0

    def some(name, values):
        return {name: rng.choice(values, count)} if draw(st.booleans()) else {}

    varied = {
        "seeds": rng.integers(0, 2**63, count),
        **some("learning_rate", sign * np.array([0.0, 1e-4, 0.01, 0.05])),
        **some("l1", [0.0, 0.01]),
        **some("l2", [0.0, 0.1]),
        **some("clip_value", [0.0, 0.05]),
        **some("clip_norm", [0.0, 0.1]),
        **some("init_scale", [0.0, 0.5, 2.0]),
    }
    if any(isinstance(layer, Dropout) for layer in network.layers):
        varied |= some("dropout", [0.0, 0.3, 0.8])
    for name in ("momentum", "beta1", "weight_decay"):
        if name in recipe.optimizer.values:
            varied |= some(name, [0.0, 0.5])
    return (network, recipe, data), options, varied


@settings(max_examples=40)
@given(
    varied_trainings(),
    st.integers(1, 4),
    st.sampled_from([1, 1 << 12, 1 << 18]),
    st.sampled_from([1, 1 << 16, 1 << 30]),
)
def test_a_pack_has_the_bits_of_single_runs(training, threads, cached, near):
    (network, recipe, data), options, varied = training
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack, "CACHED", cached)  # chunks of any length
        patch.setattr(pack, "NEAR", near)  # packs of any width
        patch.setattr(pack, "MAX_PARAMETERS", 1 << 20)
        runs = train_many(network, recipe, data, threads=threads, **options, **varied)
    assert runs.shape == varied["seeds"].shape
    for i in {0, len(runs) // 2, len(runs) - 1}:
        run = runs[i]
        for name in ("learning_rate", "l1", "l2", "clip_value", "clip_norm"):
            if name in varied:
                assert getattr(run.recipe, name) == varied[name][i]
        alone = train(
            run.network, run.recipe, data, parameters=run.initial_parameters, threads=1, **options
        )
        same(run, alone)


@settings(max_examples=15)
@given(varied_trainings(), st.randoms(use_true_random=False))
def test_the_order_of_the_networks_does_not_matter(training, random):
    (network, recipe, data), options, varied = training
    order = list(range(len(varied["seeds"])))
    random.shuffle(order)
    plain = train_many(network, recipe, data, **options, **varied)
    moved = {name: values[order] for name, values in varied.items()}
    other = train_many(network, recipe, data, **options, **moved)
    assert other.parameters.tobytes() == plain.parameters[order].tobytes()
    np.testing.assert_array_equal(other.running_loss, plain.running_loss[order])
    np.testing.assert_array_equal(other.steps, plain.steps[order])


@settings(max_examples=15)
@given(varied_trainings(), st.data())
def test_a_network_that_diverges_leaves_its_neighbors_alone(training, data):
    (network, recipe, rows), options, varied = training
    recipe = recipe.replace(epochs=4)
    count = len(varied["seeds"])
    bad = data.draw(st.lists(st.integers(0, count - 1), unique=True, max_size=count))
    start = np.stack([network.initialize(s, recipe.dtype) for s in varied["seeds"]])
    poisoned = start.copy()
    poisoned[bad] *= 1e30
    varied.pop("init_scale", None)
    healthy = train_many(network, recipe, rows, parameters=start, **options, **varied)
    mixed = train_many(network, recipe, rows, parameters=poisoned, **options, **varied)
    for i in range(count):
        if i not in bad:
            same(mixed[i], healthy[i])


def test_a_run_that_ends_early_has_its_own_length():
    data = strategies.numbers(0, 40, 3), strategies.numbers(1, 40, 1)
    network, recipe = Network.of(3, 8, 1), Recipe(epochs=30, batch_size=8)
    rates = np.array([0.01, 1e4, 0.02, 30.0] * 5)
    runs = train_many(
        network, recipe, data, seeds=20, learning_rate=rates, evaluate_every=2, observe_every=3
    )
    lengths = set()
    for run in runs:
        alone = train(network, run.recipe, data, evaluate_every=2, observe_every=3, threads=1)
        same(run, alone)
        assert run.outcome == alone.outcome
        lengths.add(len(run.loss))
    assert len(lengths) > 1  # the test is about those that end
    assert list(runs.outcome) == [run.outcome for run in runs]
    np.testing.assert_array_equal(runs.final_loss, [run.loss[-1] for run in runs])
    assert np.isnan(runs.loss[rates == 1e4, -1]).all()
    short = train_many(network, recipe, data, seeds=[[1, 2], [3, 4]], learning_rate=1e4)
    assert short.loss.shape == (2, 2, len(short.epochs)) and len(short.epochs) < recipe.epochs
    assert (short.outcome == "diverged").all()


@settings(max_examples=30)
@given(varied_trainings())
def test_nothing_is_written_behind_an_array_and_scratch_may_hold_anything(training):
    (network, recipe, data), options, varied = training
    task, variants = Trial.of(prepare(network, recipe, data, **options), varied).job
    guarded, behind = guarding()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "aligned", guarded)
        patch.setattr(state, "buffer", guarded)
        ours = Pack(task, variants)
    for name in ("gradient", "arena", "scalars", "losses", "sample_weights"):
        ours.arrays[name][:] = np.nan
    ours.write_ones()
    while not ours.done:
        ours.advance()
    assert len(behind) > 10
    assert all((array == CANARY).all() for array in behind)
    plain = Pack(task, variants)
    while not plain.done:
        plain.advance()
    one, other = ours.results(), plain.results()
    assert one["parameters"].tobytes() == other["parameters"].tobytes()
    assert one["running_loss"].tobytes() == other["running_loss"].tobytes()


@pytest.mark.parametrize("name", ["l1", "l2", "clip_value", "clip_norm"])
def test_a_few_networks_are_trained_one_by_one_with_what_is_their_own(name):
    data = strategies.numbers(0, 20, 2), strategies.numbers(1, 20, 1)
    network, recipe = Network.of(2, 4, 1), Recipe(epochs=3, batch_size=1, learning_rate=0.1)
    runs = train_many(network, recipe, data, seeds=2, **{name: [0.0, 0.05]})
    for run in runs:
        same(run, train(network, run.recipe, data))
    assert runs[0].recipe.replace(**{name: 0.05}).replace(seed=1) == runs[1].recipe


WORTH = [0.0, 0.5, 1, 2**63 - 1, -1, -0.1, 1.0, 1e300, np.inf, -np.inf, np.nan, 2**70]


@given(st.data())
def test_variants_are_what_recipes_would_be(data):
    """Numbers are taken, or refused with the same sentence, as if each had a recipe of its own."""
    optimizer = data.draw(st.sampled_from(["sgd", "momentum", "adam"]))
    recipe = Recipe(optimizer=optimizer, learning_rate=0.2, l2=0.3, clip_norm=1.5, seed=7)
    network = Network(2, [Dense(3), Dropout(0.25), Dense(1)])
    hyper = recipe.optimizer.values
    names = [*NUMBERS, "dropout", *hyper]
    count = data.draw(st.integers(1, 6))
    varied = {
        "seeds": np.array(data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)))
    }
    for name in data.draw(st.lists(st.sampled_from(names), unique=True, max_size=4)):
        values = [
            data.draw(st.sampled_from(WORTH[: data.draw(st.sampled_from([2, 3, 12]))]))
            for _ in range(count)
        ]
        varied[name] = np.array(values, data.draw(st.sampled_from([float, "longdouble"])))
    if data.draw(st.booleans()):
        varied["seeds"] = varied["seeds"].astype("u8") + np.uint64(2**63 - 5)
    start = np.zeros((count, network.size), np.float32)
    own, expected = [], None
    try:
        for i in range(count):
            own.append(vary(network, recipe, {name: values[i] for name, values in varied.items()}))
    except FastdenseError as error:
        expected = str(error)
    if expected is not None:
        with pytest.raises(FastdenseError) as raised:
            Variants.of(network, recipe, start, varied)
        assert str(raised.value) == expected
        return
    variants = Variants.of(network, recipe, start, varied)
    assert len(variants) == count
    for i, (net, rec) in enumerate(own):
        assert variants.seed[i] == rec.seed
        assert variants.layers[i].tolist() == [0.0, net.layers[1].rate, 0.0]
        assert variants.hyper[i].tolist() == [*rec.optimizer.values.values()]
        for name in NUMBERS:
            assert getattr(variants, name)[i] == getattr(rec, name)


def test_broadcasting():
    data = strategies.numbers(0, 20, 2), strategies.numbers(1, 20, 1)
    network, recipe = Network.of(2, 4, 1), Recipe(epochs=2, optimizer="momentum")
    runs = train_many(
        network, recipe, data, seeds=5, learning_rate=[[[0.01]], [[0.1]]], momentum=[[0.0], [0.9]]
    )
    assert runs.shape == (2, 2, 5)
    assert runs.parameters.shape == (2, 2, 5, network.size)
    assert runs.loss.shape == (2, 2, 5, 3)
    assert runs.outcome.shape == (2, 2, 5)
    run = runs[1, 0, 3]
    assert (run.recipe.learning_rate, run.recipe.seed) == (0.1, 3)
    assert run.recipe.optimizer.values["momentum"] == 0.0
    same(run, train(network, run.recipe, data))
    one = train_many(network, recipe, data)
    assert one.shape == (1,)
    same(one[0], train(network, recipe, data))


def test_test_rows_weights_and_labels():
    inputs, labels = strategies.numbers(0, 50, 3), strategies.numbers(1, 50, 1) > 0
    weights = strategies.numbers(2, 50) ** 2
    data = Data(inputs, labels.astype(int), weights, (inputs[:9], labels[:9].astype(int)))
    network = Network(3, [Dense(7, "tanh"), Dropout(0.3), Dense(2)])
    recipe = Recipe(
        loss="sparse_softmax_cross_entropy", epochs=3, batch_size=7, class_weights=[1.0, 2.0]
    )
    runs = train_many(network, recipe, data, seeds=16, dropout=np.linspace(0.0, 0.9, 16))
    for run in runs:
        same(run, train(run.network, run.recipe, data))


@settings(max_examples=10)
@given(varied_trainings("float64"))
def test_the_reference_trains_the_same_networks(training):
    (network, recipe, data), options, varied = training
    ours = train_many(network, recipe, data, **options, **varied)
    theirs = train_many(network, recipe, data, device="reference", **options, **varied)
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    np.testing.assert_array_equal(ours.initial_parameters, theirs.initial_parameters)
    for one, other in zip(ours.parameters, theirs.parameters, strict=True):
        scale = max(1.0, np.abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-9 * scale)


def test_progress_and_an_order():
    data = strategies.numbers(0, 20, 2), strategies.numbers(1, 20, 1)
    network, recipe = Network.of(2, 4, 1), Recipe(epochs=2000, batch_size=3)
    order = np.random.default_rng(0).integers(0, 20, (3, 11))
    seen = []
    runs = train_many(
        network, recipe, data, seeds=64, order=order, evaluate_every=100,
        on_progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert all(total == 64 for _, total in seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    same(runs[9], train(network, recipe.replace(seed=9), data, order=order, evaluate_every=100))

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_many(network, recipe.replace(epochs=10**7), data, seeds=64, on_progress=stop)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeds": 0}, "seeds is 0"),
        ({"seeds": -1}, "seeds is -1"),
        ({"seeds": [0, -3]}, "seed is -3"),
        ({"seeds": np.array([0, 2**63], "u8")}, "expected less than 2.63"),
        ({"seeds": 1.5}, "seeds is 1.5; expected whole numbers"),
        ({"seeds": "many"}, "seeds is 'many'; expected whole numbers"),
        ({"seeds": []}, "expected whole numbers"),
        ({"seeds": [[1], [2, 3]]}, "expected whole numbers"),
        ({"learning_rate": [0.1, -1.0]}, "learning_rate is -1"),
        ({"learning_rate": [0.1, float("nan")]}, "learning_rate is nan"),
        ({"learning_rat": 0.1}, "did you mean 'learning_rate'"),
        ({"momentum": 0.9}, "momentum"),
        ({"dropout": 0.1}, "dropout"),
        ({"init_scale": float("inf")}, "init_scale"),
        ({"seeds": 3, "learning_rate": [0.1, 0.2]}, "do not broadcast"),
        ({"seeds": 10**6, "l1": np.zeros((100, 1))}, "too many runs"),
        ({"parameters": [1.0, 2.0]}, "parameters of shape"),
        ({"parameters": np.full(17, np.nan)}, "hold nan at place 0"),
        ({"parameters": 1.0}, "parameters"),
        ({"parameters": "abc"}, "parameters"),
        ({"parameters": [[1.0, 2.0], [3.0]]}, "expected an array of numbers"),
        ({"parameters": np.full(17, 1e300)}, "beyond the range of float32"),
        ({"parameters": np.ones((3, 17)), "seeds": 2}, "parameters of shape"),
        ({"init_scale": 1e300}, "init_scale"),
        ({"seeds": 10**12}, "too many runs"),
        ({"seeds": 2**63}, "too many runs"),
        ({"seeds": np.zeros((1,) * 33, int)}, "do not broadcast"),
        ({"seed": 3}, "seed cannot be varied side by side"),
        ({"batch_size": [3, 4]}, "batch_size cannot be varied side by side"),
        ({"threads": 0}, "threads is 0"),
        ({"on_progress": 3}, "on_progress is 3"),
        ({"device": "tpu"}, "device"),
    ],
)
def test_what_cannot_be_varied(given, message):
    data = strategies.numbers(0, 20, 2), strategies.numbers(1, 20, 1)
    with pytest.raises(FastdenseError, match=message):
        train_many(Network.of(2, 4, 1), Recipe(epochs=1), data, **given)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "i4", "i8", "u8"])
def test_seeds_of_any_integer_dtype(dtype):
    """NumPy before 2.2.6 ends the process sooner or later, if they are compared with 2**63."""
    network, recipe = Network.of(2, 4, 1), Recipe(epochs=1)
    seeds = np.broadcast_to(np.arange(100, dtype=dtype), (3, 100))
    for _ in range(3000):
        check_varied(network, recipe, {"seeds": seeds})
    with pytest.raises(FastdenseError, match="seed is -100"):
        check_varied(network, recipe, {"seeds": -seeds.astype("i8") - 100})


def test_runs_that_were_never_evaluated_have_a_running_loss_only():
    data = strategies.numbers(0, 20, 2), strategies.numbers(1, 20, 1)
    network, recipe = Network.of(2, 4, 1), Recipe(epochs=3, batch_size=4)
    runs = train_many(network, recipe, data, seeds=[[1, 2], [3, 4]], evaluate_every=0)
    assert runs.loss is None and runs.running_loss.shape == (2, 2, 1)
    for name in ("final_loss", "outcome"):
        with pytest.raises(FastdenseError, match="never evaluated"):
            getattr(runs, name)
    same(runs[1, 0], train(network, recipe.replace(seed=3), data, evaluate_every=0))


@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("evaluate_every", [0, 1, 7])
def test_results_are_given_away_when_a_pack_ends(device, evaluate_every):
    """Packs and single networks; some of them diverge, and in the last pack all do."""
    data = strategies.numbers(0, 40, 3), strategies.numbers(1, 40, 1)
    network, recipe = Network.of(3, 8, 1), Recipe(epochs=30, batch_size=8)
    rates = np.array([*[0.01, 1e4, 0.0, 30.0] * 6, *[1e4] * 10])
    options = {"evaluate_every": evaluate_every, "observe_every": 3}
    runs = train_many(
        network, recipe, data, seeds=34, learning_rate=rates, device=device, **options
    )
    task, seen = prepare(network, recipe, data, **options), {}
    varied = {"seeds": np.arange(34), "learning_rate": rates}
    trial = Trial(task, varied, network.initialize_many(np.arange(34)))
    carry_out([trial], [seen.__setitem__], device=device)
    assert len(seen) > 2
    for first, results in seen.items():
        place = slice(first, first + len(results["steps"]))
        np.testing.assert_array_equal(results["steps"], runs.steps[place])
        np.testing.assert_array_equal(results["parameters"], runs.parameters[place])
        pairs = [(results["running_loss"], runs.running_loss)]
        pairs += [(results["signals"][name], whole) for name, whole in runs.signals.items()]
        pairs += [(results["loss"], runs.loss)] if evaluate_every else []
        for values, whole in pairs:
            whole = whole[place]
            np.testing.assert_array_equal(values, whole[:, : values.shape[1]])
            assert np.isnan(whole[:, values.shape[1] :]).all()
        if evaluate_every:
            assert names(results["outcomes"]).tolist() == runs.outcome[place].tolist()
        else:
            assert results["outcomes"] is None and results["loss"] is None


def test_runs_are_a_collection_in_the_order_of_their_places():
    data = strategies.numbers(0, 20, 2), strategies.numbers(1, 20, 1)
    runs = train_many(Network.of(2, 4, 1), Recipe(epochs=1), data, seeds=[[5, 6, 7], [8, 9, 10]])
    assert len(runs) == 6 and [run.recipe.seed for run in runs] == [5, 6, 7, 8, 9, 10]
    for place in (0, (0, 0, 0), "a", True, (0.5, 1)):
        with pytest.raises(FastdenseError, match="no place among runs of shape"):
            runs[place]
    again = pickle.loads(pickle.dumps(runs))
    assert again.parameters.tobytes() == runs.parameters.tobytes()


def test_a_few_large_networks_share_the_cores():
    """Their steps are shared among threads that have no network of their own; no bit changes."""
    data = strategies.numbers(0, 600, 40), strategies.numbers(1, 600, 3)
    network, recipe = Network.of(40, 150, 150, 3), Recipe(epochs=2, batch_size=300)
    runs = train_many(network, recipe, data, seeds=2, threads=4)
    for run in runs:
        same(run, train(network, run.recipe, data, threads=1))


def test_a_kind_of_training_that_takes_longer_begins_with_short_pieces():
    """What one training has found out about the length of pieces must not make another's long."""
    data = strategies.numbers(0, 256, 1), strategies.numbers(1, 256, 1)
    network, recipe = Network.of(1, 200, 1), Recipe(batch_size=64, epochs=10**6)
    first = Single(prepare(network, recipe, data, evaluate_every=10**6), 1)
    for _ in range(20):
        first.advance()
    known = first._tuner.choose()[1]
    second = Single(prepare(network, recipe, data, evaluate_every=10**6), 1)
    assert second._tuner.choose()[1] <= known // 2


@pytest.mark.parametrize(
    ("seeds", "threads", "widths"),
    [
        ([512], 2, [128] * 4),  # as wide as pays, and as many for each
        ([64], 2, [32] * 2),  # narrower, so that both threads have one
        ([64], 64, [16] * 4),
        ([80], 2, [48, 32]),
        ([20], 1, [16] + [1] * 4),  # a few networks are not worth a group of lanes
        ([24], 1, [24]),
        ([64] * 20, 2, [64] * 20),  # there are others for the other thread
    ],
)
def test_packs_are_wide_but_leave_no_thread_idle(seeds, threads, widths):
    data = strategies.numbers(0, 4, 2), strategies.numbers(1, 4, 1)
    recipe = Recipe(batch_size=4, shuffle=False, epochs=1)
    task = prepare(Network.of(2, 4, 1), recipe, data, evaluate_every=1)
    jobs = [Trial.of(task, {"seeds": np.arange(count)}).job for count in seeds]
    pieces = list(cpu._cut(jobs, threads))
    assert [rows.stop - rows.start for _, rows in pieces] == widths
    for number, count in enumerate(seeds):
        own = [np.arange(count)[rows] for job, rows in pieces if job == number]
        assert np.concatenate(own).tolist() == list(range(count))


def test_networks_whose_activations_fill_the_cache_stay_in_narrow_packs():
    data = strategies.numbers(0, 64, 1), strategies.numbers(1, 64, 1)
    task = prepare(Network.of(1, 16, 8, 1), Recipe(batch_size=32, epochs=1), data)
    pieces = cpu._cut([Trial.of(task, {"seeds": np.arange(64)}).job], 1)
    assert [rows.stop - rows.start for _, rows in pieces] == [16] * 4


WIDTHS = (4, 40, 20, 3), (1, 16, 1), (3, 35, 18, 33, 2), (19, 4), (2, 17)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [16, 48, 160])
@pytest.mark.parametrize("widths", WIDTHS)
def test_few_inputs_or_outputs(widths, columns, dtype, monkeypatch):
    """Alone, the gradient of these has its lanes over the others; in a pack it has not."""
    network = Network.of(*widths, activation="tanh")
    data = strategies.numbers(0, 150, widths[0]), strategies.numbers(1, 150, widths[-1])
    recipe = Recipe(batch_size=147, epochs=3, learning_rate=0.05, dtype=dtype, optimizer="adam")
    runs = train_many(network, recipe, data, seeds=16, observe_every=1)
    monkeypatch.setattr(sessions, "chunk_columns", lambda *given: columns)
    for seed in (0, 15):
        session = Single(prepare(network, replace(recipe, seed=seed), data, observe_every=1), 1)
        layers = session.arrays["layers"]
        assert (layers["few_inputs"] | layers["few_outputs"]).any()
        session.arrays["arena"][:] = np.nan
        while not session.done:
            session.advance()
        result, run = session.result(), runs[seed]
        for name, value in result.items():
            if isinstance(value, np.ndarray):
                assert value.tobytes() == getattr(run, name).tobytes(), name
        for name, value in result["signals"].items():
            assert value.tobytes() == run.signals[name].tobytes(), name
