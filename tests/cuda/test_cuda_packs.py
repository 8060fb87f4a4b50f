"""Generated networks in Numba's simulator of CUDA, in packs and alone: the bits are the CPU's."""

import weakref

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulator import both, differences, same
from strategies import (
    HIDDEN,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
    SCHEDULES,
    choices,
    numbers,
    targets_for,
)

import fastdense
from fastdense import (
    Activation,
    BatchNormalization,
    Data,
    Dense,
    Dropout,
    FastdenseError,
    LayerNormalization,
    Network,
    Recipe,
    Rescale,
    catalogue,
    train,
    train_many,
)
from fastdense.devices.cuda import arrays, compiling, driver, pack, teams, waves

QUICK = settings(
    deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SMALL = Network(2, [Dense(2, "tanh"), Dense(1)])
ROWS = numbers([1, 0], 6, 2), numbers([1, 1], 6, 1)


@st.composite
def trainings(draw):
    """Arguments of `train_many` for a training that the simulator carries out in a second."""
    loss, dtype = draw(st.sampled_from(LOSSES)), draw(st.sampled_from(["float32", "float64"]))
    entry = catalogue.get("losses", loss)
    least = 2 if entry.targets in ("distribution", "label") else 1
    layers = []
    for _ in range(draw(st.integers(0, 2))):
        own = [{}, {"l1": 0.01, "bias_l2": 0.1}, {"max_norm": 0.5}, {"use_bias": False}]
        own = draw(st.sampled_from([*own, {"trainable": False, "l2": 0.1, "max_norm": 0.1}]))
        name = draw(st.sampled_from([*HIDDEN, "softmax"]))
        layers.append(Dense(draw(st.integers(1, 6)), name, **own))
        if draw(st.integers(0, 2)) == 0:
            rate, function = draw(st.floats(0.0, 0.8)), draw(st.sampled_from(HIDDEN))
            one = draw(st.sampled_from([Dropout(rate), Activation(function), Rescale(0.5, 0.1)]))
            layers.insert(draw(st.integers(0, len(layers))), one)
    output = OUTPUTS.get(entry.predictions, "identity")
    layers.append(Dense(draw(st.integers(least, 5)), output, bias="uniform"))
    network = Network(draw(st.integers(1, 6)), layers)
    count, seed = draw(st.integers(1, 9)), draw(st.integers(0, 99))
    fresh = draw(st.integers(0, 3))
    inputs = numbers([seed, 0], count + fresh, network.features)
    targets = targets_for(loss, seed, count + fresh, network.outputs)
    rest = (inputs[count:], targets[count:]) if fresh else None
    weights = draw(st.sampled_from([None, numbers([seed, 2], count) ** 2]))
    data = Data(inputs[:count], targets[:count], weights, rest)
    bound = st.sampled_from([0.0, 0.0, 0.05, 1.0])
    classes = max(network.outputs, 2)
    recipe = Recipe(
        loss=draw(choices("losses", loss, dtype)),
        optimizer=draw(choices("optimizers", draw(st.sampled_from(OPTIMIZERS)))),
        schedule=draw(choices("schedules", draw(st.sampled_from(SCHEDULES)))),
        learning_rate=draw(st.sampled_from([0.0, 0.01, 0.05])),
        reduction=draw(st.sampled_from(["mean", "sum", "sum_keras", "weighted_mean"])),
        gradient_accumulation_steps=draw(st.sampled_from([1, 1, 2])),
        batch_size=draw(st.integers(1, count)),
        epochs=draw(st.integers(0, 2)),
        shuffle=draw(st.booleans()),
        l1=draw(st.sampled_from([0.0, 0.1])),
        l2=draw(st.sampled_from([0.0, 0.1])),
        clip_value=draw(bound),
        clip_norm=draw(bound),
        clip_each=draw(st.booleans()),
        class_weights=[0.5 + 0.25 * c for c in range(classes)] if draw(st.booleans()) else (),
        seed=draw(st.integers(0, 2**63 - 2)),
        dtype=dtype,
    )
    options = {
        "evaluate_every": draw(st.integers(0, 2)),
        "observe_every": draw(st.sampled_from([0, 0, 1, 2])),
        "seeds": [recipe.seed, recipe.seed + 1],
    }
    return (network, recipe, data), options


@given(trainings())
@QUICK
def test_any_training_has_the_bits_of_the_cpu(training):
    arguments, options = training
    assert not differences(*both(*arguments, **options))


def test_what_lanes_have_for_themselves_is_theirs():
    network = Network(2, [Dense(3, "tanh"), Dropout(0.2), Dense(1)])
    recipe = Recipe(optimizer="momentum", epochs=2, batch_size=3)
    varied = {
        "seeds": [1, 2, 3], "learning_rate": [0.0, 0.01, 0.1], "momentum": [0.5, 0.9, 0.0],
        "dropout": [0.1, 0.2, 0.5], "l2": [0.0, 0.1, 0.0], "clip_norm": [0.0, 0.1, 1.0],
        "clip_value": [0.01, 0.0, 0.0],
    }  # fmt: skip
    assert not differences(*both(network, recipe, ROWS, **varied))


def test_more_networks_than_a_warp_stand_in_several():
    assert not differences(*both(SMALL, Recipe(epochs=1, batch_size=6), ROWS, seeds=35))


def test_a_network_that_diverges_ends_and_its_neighbors_go_on():
    options = {"seeds": [0, 0], "learning_rate": [1e30, 0.01]}
    cpu, gpu = both(SMALL, Recipe(epochs=4, batch_size=6), ROWS, **options)
    assert not differences(cpu, gpu)
    assert gpu.outcome[0] == "diverged" != gpu.outcome[1]
    assert list(gpu.steps) == list(cpu.steps) and gpu.steps[0] < gpu.steps[1]


def test_a_pack_of_networks_that_all_diverge_ends():
    cpu, gpu = both(SMALL, Recipe(epochs=50, learning_rate=1e30), ROWS, seeds=2)
    assert not differences(cpu, gpu) and (gpu.steps < 50).all()


def test_networks_that_all_diverge_end_wherever_launches_do(monkeypatch):
    monkeypatch.setattr(pack, "FIRST_BUDGET", 1)
    monkeypatch.setattr(pack, "GROWTH", 1)
    recipe = Recipe(epochs=50, learning_rate=1e30, batch_size=4)
    cpu, gpu = both(SMALL, recipe, ROWS, seeds=2, learning_rate=[1e30, 1e25])
    assert not differences(cpu, gpu) and (gpu.steps < 50).all()


def test_given_orders_and_drawn_rows_are_followed():
    order = [[0, 2, 4, 0], [5, 5, 1, 3]]
    recipe = Recipe(epochs=3, batch_size=3)
    assert not differences(*both(SMALL, recipe, ROWS, seeds=2, order=order))


def test_a_network_alone_has_the_bits_of_the_cpu():
    recipe = Recipe(optimizer="adam", epochs=3, batch_size=4, seed=7)
    cpu, gpu = (train(SMALL, recipe, ROWS, observe_every=1, device=d) for d in ("cpu", "cuda"))
    assert not differences(cpu, gpu)
    assert cpu.outcome == gpu.outcome and cpu.steps == gpu.steps


@pytest.mark.parametrize("budget", [1, 50, 700])
def test_the_bits_do_not_depend_on_where_launches_end(budget, monkeypatch):
    network = Network(2, [Dense(3, "tanh"), Dropout(0.3), Dense(2, "softmax")])
    recipe = Recipe(
        loss="sparse_softmax_cross_entropy", epochs=2, batch_size=5, gradient_accumulation_steps=2
    )
    data = Data(numbers([2, 0], 9, 2), np.arange(9)[:, np.newaxis] % 2, None, None)
    options = {"seeds": 2, "observe_every": 1}
    launches = []
    real = compiling.launch
    monkeypatch.setattr(pack, "FIRST_BUDGET", budget)
    monkeypatch.setattr(pack, "GROWTH", 1)
    monkeypatch.setattr(compiling, "launch", lambda *given: launches.append(1) or real(*given))
    assert not differences(*both(network, recipe, data, **options))
    assert len(launches) > (10 if budget < 100 else 1)


def test_an_interrupt_ends_between_two_launches(monkeypatch):
    monkeypatch.setattr(pack, "FIRST_BUDGET", 1)
    monkeypatch.setattr(pack, "GROWTH", 1)
    seen = []

    def interrupt(done, total):
        seen.append(done)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_many(SMALL, Recipe(epochs=9), ROWS, seeds=2, device="cuda", on_progress=interrupt)
    assert len(seen) == 3


def test_what_does_not_fit_is_cut_into_waves(monkeypatch):
    recipe = Recipe(epochs=1, batch_size=6)
    task = fastdense.task.prepare(SMALL, recipe, ROWS)
    warp = 32 * arrays.bytes_of(task, teams.one_thread()) + arrays.shared_bytes(task)
    monkeypatch.setattr(compiling, "free_memory", lambda: 1.2 * warp)
    assert waves.lanes_of(task) == 32
    sizes = []
    real = waves.Pack
    monkeypatch.setattr(
        waves, "Pack", lambda t, v, together: sizes.append(len(v)) or real(t, v, together)
    )
    assert not differences(*both(SMALL, recipe, ROWS, seeds=40))
    assert sizes == [32, 8]


def test_a_wave_is_gone_when_the_next_begins(monkeypatch):
    monkeypatch.setattr(waves, "lanes_of", lambda task, count=None: 32)
    alive, real = [], pack.work_of

    def made(*given):
        work = real(*given)
        assert not any(array() is not None for array in alive)
        alive.append(weakref.ref(work.parameters))
        return work

    monkeypatch.setattr(pack, "work_of", made)
    train_many(SMALL, Recipe(epochs=1, batch_size=6), ROWS, seeds=70, device="cuda")
    assert len(alive) == 3


def test_a_device_that_runs_out_of_memory_takes_fewer_at_once(monkeypatch):
    sizes, real = [], pack.work_of

    def limited(task, variants, *rest):
        sizes.append(len(variants))
        if len(variants) > 32:
            raise MemoryError("CUDA_ERROR_OUT_OF_MEMORY")
        return real(task, variants, *rest)

    monkeypatch.setattr(pack, "work_of", limited)
    assert not differences(*both(SMALL, Recipe(epochs=1, batch_size=6), ROWS, seeds=40))
    assert sizes == [40, 32, 8]


def test_too_little_memory_is_one_sentence(monkeypatch):
    monkeypatch.setattr(compiling, "free_memory", lambda: 1000)
    with pytest.raises(FastdenseError, match="MB of the GPU's memory, of which 0 are free"):
        train_many(SMALL, Recipe(epochs=1), ROWS, seeds=2, device="cuda")


@pytest.mark.parametrize(
    "layers, recipe, words",
    [
        ([BatchNormalization(), Dense(1)], {}, "a layer batch_normalization"),
        ([LayerNormalization(), Dense(1)], {}, "a layer layer_normalization"),
        ([Dense(1)], {"augmentation": ["noise"]}, "augmentation (noise)"),
    ],
)
def test_what_is_not_trained_is_refused_by_its_name(layers, recipe, words):
    network = Network(2, layers)
    with pytest.raises(FastdenseError) as error:
        train_many(network, Recipe(epochs=1, **recipe), ROWS, seeds=2, device="cuda")
    assert words in str(error.value) and 'take the device "cpu"' in str(error.value)


def test_predictions_are_those_of_the_cpu():
    run = train(SMALL, Recipe(epochs=1), ROWS)
    models = [fastdense.Model(SMALL, run.parameters, device=d) for d in ("cpu", "cuda")]
    assert same(*(model.predict(ROWS[0]) for model in models))


def test_the_simulator_is_named_where_it_takes_the_place_of_a_gpu():
    assert driver.trouble() is None
    (finding,) = [one for one in driver.about() if one.topic == "CUDA"]
    assert "simulated" in finding.text
