"""The one table of arrays is what kernels are given, and says what a checkpoint must hold."""

import numpy as np
import pytest
import strategies

from fastdense import Dense, Dropout, Network, Recipe
from fastdense.devices.cpu.pack import Pack
from fastdense.devices.cpu.single import Single
from fastdense.kernels.layout import ARRAYS, NAMES, NETWORK, STATE, dtype_of
from fastdense.task import prepare
from fastdense.variants import Variants

NETWORKS = Network(2, [Dense(5, "tanh"), Dropout(0.3), Dense(1)])
SAVED = [array.name for array in ARRAYS if array.role == "state"]


def begun(lanes, dtype="float32", **changed):
    recipe = {
        "optimizer": "adam", "batch_size": 3, "epochs": 6, "learning_rate": 0.05, "dtype": dtype,
        "gradient_accumulation_steps": 3, "clip_norm": 1.0, "seed": 5, **changed,
    }  # fmt: skip
    data = strategies.numbers(0, 16, 2), strategies.numbers(1, 16, 1)
    task = prepare(NETWORKS, Recipe(**recipe), data, evaluate_every=2, observe_every=2).trained
    if lanes == 1:
        return Single(task)
    seeds = np.arange(lanes)
    parameters = task.network.initialize_many(seeds, dtype)
    return Pack(task, Variants.of(task.network, task.recipe, parameters, {"seeds": seeds}))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("lanes", [1, 16])
def test_arrays_are_those_of_the_table(lanes, dtype):
    arrays = begun(lanes, dtype).arrays
    assert sorted(arrays) == sorted(NAMES)
    for array in ARRAYS:
        assert arrays[array.name].dtype == dtype_of(array, dtype, lanes > 1), array.name


def kept(training):
    return {name: training.arrays[name].copy() for name in SAVED}


@pytest.mark.parametrize("learning_rate", [0.05, 1e30])
@pytest.mark.parametrize("lanes", [1, 16])
def test_what_is_state_is_all_that_a_training_goes_on_from(lanes, learning_rate):
    """From every point between two gradients, in a training that is made anew."""
    whole = begun(lanes, learning_rate=learning_rate)
    points = [kept(whole)]
    while not whole.done:
        whole.advance(1)
        if whole.state[0]["unit"] == 0:
            points.append(kept(whole))
    assert len(points) > (20 if learning_rate == 0.05 else 2)
    for saved in points[:: max(len(points) // 12, 1)]:
        resumed = begun(lanes, learning_rate=learning_rate)
        for array in ARRAYS:
            if array.role == "scratch" and array.name not in ("arena", "sample_weights", "job"):
                resumed.arrays[array.name].view(np.uint8)[:] = 0x3C
        for name, values in saved.items():
            resumed.arrays[name][:] = values
        while not resumed.done:
            resumed.advance(1)
        ours, theirs = resumed.results(), whole.results()
        ours |= ours.pop("signals")
        theirs |= theirs.pop("signals")
        for name, values in ours.items():
            np.testing.assert_array_equal(values, theirs[name], err_msg=name)


@pytest.mark.parametrize("lanes", [1, 16])
def test_no_state_is_an_address(lanes):
    training = begun(lanes)
    plan, layers = training.arrays["plan"], training.arrays["layers"]
    addresses = {
        int(number)
        for records in (plan, layers)
        for number in records.view(np.int64)
        if 1 << 32 < number < 1 << 56
    }
    assert len(addresses) > 5
    records = {a.holds for a in ARRAYS if a.role == "state" and getattr(a.holds, "names", None)}
    assert records == {STATE, NETWORK}
    for name in SAVED:
        bits = training.arrays[name].tobytes()
        found = np.frombuffer(bits[: len(bits) // 8 * 8], np.int64)
        assert addresses.isdisjoint(found.tolist()), name
