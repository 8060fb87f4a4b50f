"""A step that is compiled for one small network has the bits of the usual one."""

from itertools import cycle, islice

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, Network, Recipe, catalogue, train_many
from fastdense.devices.cpu import pack as packs
from fastdense.devices.cpu import unrolling
from fastdense.devices.cpu.pack import Pack
from fastdense.kernels.loop.step_shape import StepShape
from fastdense.many import Trial
from fastdense.runs import CURVES
from fastdense.task import prepare

LOSSES = [n for n in strategies.LOSSES if not catalogue.get("losses", n).coupled]
COUNT = 20  # a group of lanes and a part of one, in float32


def kind_of(network, recipe, data, **options):
    trial = Trial.of(prepare(network, recipe, data, **options), {"seeds": np.arange(2)})
    return unrolling.kind_of(*trial.job)


def both_ways(network, recipe, data, evaluate_every, **given):
    """Runs by the usual steps, and by those of their own."""
    given["evaluate_every"] = evaluate_every
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unrolling, "kind_of", lambda task, variants: None)
        usual = train_many(network, recipe, data, **given)
    kind = kind_of(network, recipe, data, evaluate_every=evaluate_every)
    kind.note(unrolling.ENOUGH_SECONDS)
    assert kind.address
    return usual, train_many(network, recipe, data, **given)


def check_same(ours, theirs):
    assert ours.parameters.tobytes() == theirs.parameters.tobytes()
    for name in CURVES:
        a, b = getattr(ours, name), getattr(theirs, name)
        assert (a is None and b is None) or a.tobytes() == b.tobytes(), name


ENTRIES = [
    *zip(
        strategies.OPTIMIZERS,
        cycle(strategies.ACTIVATIONS),
        cycle(LOSSES),
        cycle(["float32", "float64"]),
        strict=False,
    )
]


@pytest.mark.parametrize(("optimizer", "activation", "loss", "dtype"), ENTRIES)
def test_every_entry_keeps_its_bits(optimizer, activation, loss, dtype):
    output = strategies.OUTPUTS.get(catalogue.get("losses", loss).predictions, "identity")
    network = Network(2, [Dense(2, activation), Dense(1, output)])
    data = strategies.numbers(0, 10, 2), strategies.targets_for(loss, 0, 10, 1)
    recipe = Recipe(loss=loss, optimizer=optimizer, batch_size=4, epochs=4, dtype=dtype)
    rates = list(islice(cycle([0.01, 0.1, 0.0]), COUNT))
    check_same(*both_ways(network, recipe, data, 0, seeds=COUNT, learning_rate=rates))


@settings(max_examples=12)
@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(strategies.ACTIVATIONS)), max_size=2),
    st.integers(1, 2),
    st.integers(1, 5),
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from([0, 2]),
)
def test_any_small_network_keeps_its_bits(inputs, hidden, outputs, batch, rows, shuffle, every):
    layers = [Dense(units, name) for units, name in hidden] + [Dense(outputs)]
    network = Network(inputs, layers)
    data = strategies.numbers(1, rows, inputs), strategies.numbers(2, rows, outputs)
    recipe = Recipe(batch_size=min(batch, rows), epochs=5, shuffle=shuffle, learning_rate=0.05)
    check_same(*both_ways(network, recipe, data, every, seeds=COUNT))


def test_the_step_of_its_own_is_the_one_that_is_taken():
    data = strategies.numbers(0, 4, 2), strategies.numbers(1, 4, 1)
    recipe = Recipe(batch_size=4, epochs=10)
    networks = [Network.of(2, 3, 1, activation=name) for name in ("tanh", "softsign")]
    task, variants = Trial.of(
        prepare(networks[0], recipe, data, evaluate_every=0), {"seeds": np.arange(COUNT)}
    ).job
    other = kind_of(networks[1], recipe, data, evaluate_every=0)
    other.note(unrolling.ENOUGH_SECONDS)
    ends = []
    for kind in (None, other):
        pack = Pack(task, variants)
        pack._kind = kind
        while not pack.done:
            pack.advance()
        ends.append(pack.results()["parameters"])
    assert not np.array_equal(*ends)


def test_a_batch_in_chunks_takes_the_usual_steps(monkeypatch):
    network, recipe = Network.of(1, 1), Recipe(batch_size=10, epochs=5)
    data = strategies.numbers(0, 10, 1), strategies.numbers(1, 10, 1)
    whole = both_ways(network, recipe, data, 0, seeds=COUNT)
    monkeypatch.setattr(packs, "CACHED", 1)
    for ours in (*whole, *both_ways(network, recipe, data, 0, seeds=COUNT)):
        check_same(ours, whole[0])


def test_it_is_compiled_once_it_is_worth_it(monkeypatch):
    compiled = []

    def kernel(role, shape, dtype):
        compiled.append(shape)
        return 1

    monkeypatch.setattr(unrolling.registry, "kernel_on_disk", lambda *kernel: 0)
    monkeypatch.setattr(unrolling.registry, "kernel", kernel)
    shape = StepShape(1, ((1, "identity"),), "mse", "sgd", 4)
    kind = unrolling.Kind(shape, "float32")
    kind.note(0.6 * unrolling.ENOUGH_SECONDS)
    assert not compiled and kind.address == 0
    for _ in range(3):
        kind.note(0.6 * unrolling.ENOUGH_SECONDS)
    assert compiled == [shape] and kind.address == 1


@pytest.mark.parametrize("error", [MemoryError("none left"), KeyboardInterrupt()])
def test_a_training_goes_on_where_its_step_cannot_be_compiled(error, monkeypatch):
    """An error is reported once, the usual steps go on; after an interrupt it is tried again."""
    tried = []

    def kernel(role, shape, dtype):
        tried.append(shape)
        if len(tried) == 1:
            raise error
        return 1

    monkeypatch.setattr(unrolling.registry, "kernel_on_disk", lambda *kernel: 0)
    monkeypatch.setattr(unrolling.registry, "kernel", kernel)
    kind = unrolling.Kind(StepShape(1, ((1, "identity"),), "mse", "sgd", 4), "float32")
    expected = pytest.raises if isinstance(error, KeyboardInterrupt) else pytest.warns
    with expected(KeyboardInterrupt if expected is pytest.raises else RuntimeWarning):
        kind.note(unrolling.ENOUGH_SECONDS)
    assert kind.address == 0
    kind.note(unrolling.ENOUGH_SECONDS)
    assert kind.address == len(tried) - 1 == (expected is pytest.raises)


def test_one_on_the_disk_is_used_at_once():
    shape = StepShape(1, ((1, "relu"),), "mse", "sgd", 3)
    unrolling.Kind(shape, "float32").note(unrolling.ENOUGH_SECONDS)
    assert unrolling.Kind(shape, "float32").address


def test_a_training_changes_over_on_the_way(monkeypatch):
    network, data = Network.of(2, 4, 1), (strategies.numbers(0, 4, 2), strategies.numbers(1, 4, 1))
    recipe = Recipe(batch_size=4, epochs=300_000, learning_rate=1e-4)
    task, variants = Trial.of(
        prepare(network, recipe, data, evaluate_every=0), {"seeds": np.arange(COUNT)}
    ).job
    kind = unrolling.kind_of(task, variants)
    late, early = Pack(task, variants), Pack(task, variants)
    kind.address, address = 0, kind.address
    late.advance()
    assert late.state[0]["step"] > 0 and not late.done
    kind.address = address
    kind.note(unrolling.ENOUGH_SECONDS)
    for pack in (late, early):
        while not pack.done:
            pack.advance()
    np.testing.assert_array_equal(late.results()["parameters"], early.results()["parameters"])


TINY = Network.of(2, 4, 1)
ROWS = strategies.numbers(0, 4, 2), strategies.numbers(1, 4, 1)
CLASSES = ROWS[0], np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    ("network", "recipe", "data", "options"),
    [
        (Network.of(2, 40, 1), Recipe(batch_size=4), ROWS, {}),
        (TINY, Recipe(batch_size=4, optimizer="adam"), ROWS, {}),  # with its slots too large
        (TINY, Recipe(batch_size=10), tuple(np.tile(a, (5, 1)) for a in ROWS), {}),
        (Network(2, [Dense(2), Dropout(0.5), Dense(1)]), Recipe(batch_size=4), ROWS, {}),
        (Network.of(1, *[1] * 7), Recipe(batch_size=1), (ROWS[1], ROWS[1]), {}),
        (
            Network(2, [Dense(2, "softmax")]),
            Recipe(batch_size=4, loss="sparse_categorical_crossentropy"),
            CLASSES,
            {},
        ),
        (TINY, Recipe(batch_size=4), Data(*ROWS, weights=np.arange(1.0, 5.0)), {}),
        (TINY, Recipe(batch_size=4, l1=0.1), ROWS, {}),
        (TINY, Recipe(batch_size=4, l2=0.1), ROWS, {}),
        (TINY, Recipe(batch_size=4, clip_value=0.1), ROWS, {}),
        (TINY, Recipe(batch_size=4, clip_norm=0.1), ROWS, {}),
        (TINY, Recipe(batch_size=4), ROWS, {"evaluate_every": 1}),
        (TINY, Recipe(batch_size=4, epochs=1), ROWS, {}),
    ],
)
def test_others_take_the_usual_steps(network, recipe, data, options):
    assert kind_of(network, recipe, data, **{"evaluate_every": 0, **options}) is None
    assert kind_of(TINY, Recipe(batch_size=4), ROWS, evaluate_every=0) is not None
