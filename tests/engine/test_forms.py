"""A small training begins as a copy of another of its kind, and with the same bits as without."""

from dataclasses import fields

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, Network, Recipe, Rescale, train
from fastdense.arrays.buffers import CACHE_LINE, address
from fastdense.devices.cpu import forms, single
from fastdense.devices.cpu.single import Single
from fastdense.devices.cpu.state import arrays_alone
from fastdense.kernels.layout import NAMES
from fastdense.task import prepare

NETWORK = Network(3, [Dense(6, "tanh"), Dropout(0.2), Dense(2)])
X, Y = strategies.numbers(0, 24, 3), strategies.numbers(1, 24, 2)


def check(task, threads=1):
    """Whether the arrays of a training are copies, which are what they would be if made anew."""
    copied = []

    def begun(*given):
        arrays, table = forms.begun(*given)
        copied.append(table is not None)
        if table is not None:
            compare(arrays, table, arrays_alone(*given))
        return arrays, table

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "begun", begun)
        Single(task, threads)
    return copied == [True]


def compare(arrays, table, expected):
    assert arrays.keys() == expected.keys() == set(NAMES)
    for name in NAMES:
        ours, theirs = arrays[name], expected[name]
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), name
        if name == "curves":  # of which the first column is written
            ours, theirs = ours[:, 0], theirs[:, 0]
        if name != "scratch":
            assert ours.tobytes() == theirs.tobytes(), name
        if ours.size:
            assert table[NAMES.index(name)] == address(ours), name
            assert name in forms.GIVEN or address(ours) % CACHE_LINE == 0, name


@given(strategies.trainings(), st.integers(0, 9), st.integers(1, 3))
def test_copies_have_the_bits_of_what_is_made_anew(training, seed, threads):
    (network, recipe, data), options = training
    for number in (seed, seed + 1):
        check(prepare(network, recipe.replace(seed=number), data, **options).trained, threads)


# Of every setting of a recipe another value, at which a training begins with other arrays or not.
CHANGES = {
    "loss": {"name": "huber", "delta": 0.5},
    "optimizer": {"name": "momentum", "momentum": 0.8},
    "learning_rate": 0.0,
    "ascend": True,
    "schedule": {"name": "step", "every": 2.0},
    "batch_size": 7,
    "epochs": 5,
    "shuffle": False,
    "reduction": "sum",
    "gradient_accumulation_steps": 2,
    "l1": 0.1,
    "l2": 0.1,
    "clip_value": 0.5,
    "clip_norm": 0.5,
    "clip_each": True,
    "class_weights": (1.0, 2.0),
    "augmentation": ({"name": "noise", "std": 0.3}, "brightness"),
    "seed": 3,
    "dtype": "float64",
}


def test_every_setting_of_a_recipe_is_changed():
    assert set(CHANGES) == {field.name for field in fields(Recipe)}


@pytest.mark.parametrize("setting", CHANGES)
def test_a_recipe_that_differs_in_one_setting_begins_with_its_own(setting):
    usual = {"optimizer": "momentum", "schedule": "step", "loss": "huber", "epochs": 3}
    if setting == "ascend":
        usual["learning_rate"] = -0.0
    for recipe in (Recipe(**usual), Recipe(**{**usual, setting: CHANGES[setting]})):
        assert check(prepare(NETWORK, recipe, (X, Y)).trained)


@pytest.mark.parametrize(
    "other",
    [
        {"data": Data(X[:20], Y[:20])},
        {"data": Data(X, Y, weights=np.arange(24.0))},
        {"data": Data(X, Y, test=(X[:5], Y[:5]))},
        {"order": np.arange(24)},
        {"order": np.arange(24).reshape(2, 12)},
        {"order": np.arange(12)},
        {"evaluate_every": 0},
        {"evaluate_every": 2},
        {"observe_every": 1},
        {"evaluated": "test"},
        {"keep_outputs": True},
        {"parameters": np.linspace(-1, 1, NETWORK.size)},
        {"network": Network(3, [Dense(6, "tanh"), Dropout(0.3), Dense(2)])},
        {"network": Network(3, [Dense(6, "tanh"), Dropout(0.2), Dense(2, l2=0.1)])},
        {"network": Network(3, [Dense(6, "relu"), Dropout(0.2), Dense(2)])},
        {"network": Network(3, [Rescale(0.0), Dense(6, "relu"), Dense(2)])},
        {"network": Network(3, [Rescale(-0.0), Dense(6, "relu"), Dense(2)])},
    ],
)
def test_trainings_that_differ_in_anything_else_begin_with_their_own(other):
    usual = {"network": NETWORK, "recipe": Recipe(epochs=4, batch_size=6), "data": (X, Y)}
    for given_ in (usual, usual | other):
        assert check(prepare(**given_).trained)


def test_zeros_of_either_sign_are_told_apart():
    for rate, momentum in ((0.0, 0.0), (-0.0, -0.0)):
        optimizer = {"name": "momentum", "momentum": momentum}
        recipe = Recipe(optimizer=optimizer, learning_rate=rate, l1=rate)
        assert check(prepare(NETWORK, recipe, (X, Y)).trained)


def test_what_is_large_is_neither_kept_nor_copied():
    wide = Network.of(3, 100_000, 2)
    assert not check(prepare(wide, Recipe(), (X, Y)).trained)
    rows = strategies.numbers(0, 200_000, 3), strategies.numbers(1, 200_000, 2)
    assert not check(prepare(NETWORK, Recipe(), rows).trained)


def test_trainings_share_no_memory():
    first, second = (Single(prepare(NETWORK, Recipe(seed=seed), (X, Y)), 1) for seed in (1, 2))
    expected = Single(prepare(NETWORK, Recipe(seed=2), (X, Y)), 1)
    for name in forms.OWN:
        first.arrays[name].view(np.uint8)[...] = 0x5A
    for session in (second, expected):
        while not session.done:
            session.advance()
    assert second.result()["parameters"].tobytes() == expected.result()["parameters"].tobytes()


def test_what_the_caller_writes_into_the_rows_counts_in_the_next_training_only():
    x, y = X.astype(np.float32), Y.astype(np.float32)
    first = train(NETWORK, Recipe(), (x, y))
    kept = first.loss.copy(), first.parameters.copy(), first.baselines
    x *= 2
    y[:] = 1
    second, expected = (train(NETWORK, Recipe(), rows) for rows in ((x, y), (x.copy(), y.copy())))
    assert second.loss.tobytes() == expected.loss.tobytes() != first.loss.tobytes()
    assert second.baselines == expected.baselines != first.baselines
    np.testing.assert_array_equal(first.loss, kept[0])
    np.testing.assert_array_equal(first.parameters, kept[1])
    assert first.baselines == kept[2]


def root(array):
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_run_keeps_nothing_of_the_block(optimizer):
    run = train(NETWORK, Recipe(optimizer=optimizer), (X, Y), observe_every=10)
    arrays = [value for value in vars(run).values() if isinstance(value, np.ndarray)]
    for array in (*arrays, *run.signals.values()):
        assert root(array).nbytes <= 2 * array.nbytes + 2 * CACHE_LINE
