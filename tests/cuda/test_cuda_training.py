"""A training on a GPU goes on step by step, is changed and saved, as one on the CPU."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator import differences, same
from strategies import numbers
from test_cuda_packs import QUICK, ROWS, SMALL, trainings

from fastdense import Dense, Dropout, Network, Recipe, Training, train
from fastdense.devices.cuda import pack

DEVICES = "cpu", "cuda"
WEIGHTED = numbers([4, 0], 5, 2), numbers([4, 1], 5, 1), np.array([0.0, 1.0, 2.0, 0.5, 0.0])


def looks(training):
    """What can be asked of a training at any time, and its checkpoint."""
    state = training.optimizer_state
    counters, arrays = training._session.take()
    rows, outputs = training.outputs()
    return {
        **{name: np.array(value) for name, value in counters.items()},
        **{f"saved {name}": array for name, array in arrays.items()},
        "parameters": training.parameters,
        "slots": state.slots,
        "powers": state.powers,
        "running loss": np.array(training.running_loss),
        "running penalty": np.array(training.running_penalty),
        "rows": rows,
        "outputs": outputs,
        "rate": np.array(training.learning_rate),
    }


def assert_alike(trainings):
    one, other = map(looks, trainings)
    for name, value in one.items():
        assert value.dtype == other[name].dtype and value.shape == other[name].shape, name
        assert np.array_equal(value, other[name], equal_nan=value.dtype.kind == "f"), name
    assert one.keys() == other.keys()


@given(trainings(), st.lists(st.integers(0, 4), max_size=3), st.booleans(), st.data())
@QUICK
def test_wherever_it_stops_it_has_what_the_cpu_has(arguments, pieces, penalties, data):
    given_data, options = arguments[0], dict(arguments[1])
    del options["seeds"]
    kept = {"keep_outputs": True, "keep_penalties": penalties}
    both = [Training(*given_data, **options, **kept, device=device) for device in DEVICES]
    for piece in pieces:
        rate = data.draw(st.sampled_from([None, None, 0.0, 0.01]))
        for training in both:
            training.advance_steps(piece)
            if rate is not None:
                training.learning_rate = rate
        assert_alike(both)
    for training in both:
        training.advance(3)
    assert_alike(both)
    assert not differences(*(training.result() for training in both))
    assert both[0].report().loss == both[1].report().loss or both[0].report().loss is None


@pytest.mark.parametrize("ends", DEVICES)
@pytest.mark.parametrize("begins", DEVICES)
@pytest.mark.parametrize("steps", [0, 1, 3, 4, 6])
def test_either_device_goes_on_from_a_checkpoint_of_either(begins, ends, steps, tmp_path):
    recipe = Recipe(
        optimizer="adam", epochs=3, batch_size=4, gradient_accumulation_steps=2, clip_norm=1.0
    )
    whole = train(SMALL, recipe, ROWS, observe_every=2)
    training = Training(SMALL, recipe, ROWS, observe_every=2, device=begins)
    training.advance_steps(steps)
    training.save(tmp_path / "a")
    loaded = Training.load(tmp_path / "a", ROWS, device=ends)
    assert loaded.steps == steps
    loaded.advance(9)
    assert not differences(loaded.result(), whole)


def test_a_checkpoint_is_taken_where_a_launch_ended_anywhere(monkeypatch):
    monkeypatch.setattr(pack, "FIRST_BUDGET", 1)
    monkeypatch.setattr(pack, "GROWTH", 1)
    recipe = Recipe(epochs=2, batch_size=4)
    whole = train(SMALL, recipe, ROWS, observe_every=1)
    training = Training(SMALL, recipe, ROWS, observe_every=1, device="cuda")
    while not training.done:
        training._session.advance()
        counters, arrays = training._session.take()
        following = Training(SMALL, recipe, ROWS, observe_every=1)
        following._session.put(counters, {name: array.copy() for name, array in arrays.items()})
        following.advance(9)
        assert not differences(following.result(), whole)


@pytest.mark.parametrize("reduction", ["mean", "weighted_mean"])
@pytest.mark.parametrize("learning_rate", [0.05, 0.0, 1e30])
def test_steps_on_the_callers_rows_among_epochs(learning_rate, reduction):
    network = Network(2, [Dense(3, "tanh", l2=0.1), Dropout(0.3), Dense(1)])
    recipe = Recipe(
        optimizer="adam", learning_rate=learning_rate, epochs=3, batch_size=4, reduction=reduction,
        gradient_accumulation_steps=2, schedule="cosine",
    )  # fmt: skip
    found = []
    for device in DEVICES:
        training = Training(network, recipe, ROWS, device=device)
        losses = []
        for part in (slice(0, 5), slice(2, 4), slice(0, 5)):
            training.advance_steps(1)
            x, y, weights = (array[part] for array in WEIGHTED)
            losses += [training.step(x, y), training.step(x, y, weights)]
        found.append((losses, training.parameters, training.steps, training.optimizer_state.powers))
        training.advance(9)
        found[-1] += (training.result(),)
    (losses, parameters, steps, powers, run), other = found
    assert np.array_equal(losses, other[0], equal_nan=True)
    assert same(parameters, other[1]) and steps == other[2] and same(powers, other[3])
    assert not differences(run, other[4])


def test_who_has_done_steps_gives_back_the_memory():
    training = Training(SMALL, Recipe(epochs=1), ROWS, device="cuda")
    training.step(*ROWS)
    parameters = weakref.ref(training._session.work.parameters)
    gc.disable()
    try:
        del training
        assert parameters() is None
    finally:
        gc.enable()


def test_a_training_that_diverges_has_ended_and_says_where():
    recipe = Recipe(learning_rate=1e30, epochs=9, batch_size=4)
    both = [Training(SMALL, recipe, ROWS, device=device) for device in DEVICES]
    for training in both:
        training.advance(9)
        assert training.done and training.epoch < 9
    here, there = (training.report() for training in both)
    assert (here.epoch, here.steps) == (there.epoch, there.steps)
    assert np.isnan(here.loss) and np.isnan(there.loss)
    assert not differences(*(training.result() for training in both))


def test_a_training_goes_on_epoch_by_epoch():
    recipe = Recipe(epochs=4, batch_size=4)
    here, there = (Training(SMALL, recipe, ROWS, device=device) for device in DEVICES)
    for one, other in zip(here.epochs(), there.epochs(), strict=True):
        assert (one.epoch, one.steps, one.loss) == (other.epoch, other.steps, other.loss)
        assert same(here.parameters, there.parameters)
    assert not differences(here.result(), there.result())
    for one, other in zip(here.curves(), there.curves(), strict=True):
        assert same(one, other)


def test_parameters_and_an_optimizers_state_may_be_set():
    trained = []
    for device in DEVICES:
        training = Training(SMALL, Recipe(optimizer="adam", epochs=4), ROWS, device=device)
        training.advance(2)
        training.parameters = 0.5 * training.parameters
        state = training.optimizer_state
        training.advance(1)
        training.optimizer_state = state
        training.advance(1)
        trained.append(training.result())
    assert not differences(*trained)
