"""A training that is stopped between its steps, looked at, changed, and gone on with."""

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, FastdenseError, Network, Recipe, Training, train

X = strategies.numbers(0, 50, 3)
Y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
NETWORK = Network(3, [Dense(8, "tanh"), Dropout(0.2), Dense(1, "sigmoid")])
RECIPE = Recipe(loss="binary_crossentropy", optimizer="adam", epochs=4, batch_size=16)


@given(strategies.trainings(), st.lists(st.integers(0, 5), max_size=6), st.data())
def test_wherever_it_stops_the_bits_are_the_same(training, pieces, data):
    arguments, options = training
    whole = train(*arguments, **options)
    stepped = Training(*arguments, **options, keep_outputs=data.draw(st.booleans()))
    for piece in pieces:
        before, end = stepped.steps, len(arguments[2])
        stepped.advance_steps(piece)
        assert stepped.done or stepped.steps == before + piece or not end
    while not stepped.done:
        stepped.advance_steps(1)
    assert np.array_equal(stepped.result().parameters, whole.parameters, equal_nan=True)
    assert np.array_equal(stepped.result().running_loss, whole.running_loss, equal_nan=True)


@given(strategies.trainings(), st.integers(1, 4))
def test_outputs_of_steps_are_those_of_the_definition(training, steps):
    arguments, _ = training
    if arguments[1].epochs == 0 or arguments[1].augmentation:
        return
    found = []
    for device in ("cpu", "reference"):
        own = Training(*arguments, evaluate_every=1, keep_outputs=True, device=device)
        own.advance_steps(steps)
        found.append((*own.outputs(), own.running_loss))
    (rows, outputs, loss), (expected_rows, expected, expected_loss) = found
    assert np.array_equal(rows, expected_rows)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-5, atol=1e-8)


def test_outputs_of_an_epoch_give_its_running_loss():
    own = Training(NETWORK, RECIPE, (X, Y), keep_outputs=True)
    own.advance(2)
    rows, outputs = own.outputs()
    assert sorted(rows) == list(range(50))
    y = Y[rows]
    loss = -(y * np.log(outputs) + (1 - y) * np.log(1 - outputs)).mean()
    assert own.running_loss == pytest.approx(loss, rel=1e-5)
    assert own.report().running_loss == own.running_loss


def test_test_rows_alone_are_evaluated_and_change_nothing():
    data = Data(X, Y, test=(X[:10], Y[:10]))
    whole = train(NETWORK, RECIPE, data)
    for device in ("cpu", "reference"):
        own = Training(NETWORK, RECIPE, data, evaluated="test", device=device)
        own.advance(9)
        run = own.result()
        assert run.loss is None and run.accuracy is None
        assert np.isnan(run.test_loss[0]) and np.isnan(run.running_loss[0])
        np.testing.assert_allclose(run.test_loss[1:], whole.test_loss[1:], rtol=1e-5)
        np.testing.assert_allclose(run.test_accuracy[1:], whole.test_accuracy[1:])
        np.testing.assert_allclose(run.running_loss, whole.running_loss, rtol=1e-5)
        if device == "cpu":
            assert np.array_equal(run.parameters, whole.parameters)
        with pytest.raises(FastdenseError, match="never evaluated"):
            _ = run.outcome


def test_a_loss_that_is_not_finite_does_not_end_it_then():
    recipe = Recipe(learning_rate=1e30, epochs=5, batch_size=16)
    own = Training(Network.of(3, 1), recipe, (X * 1e10, Y * 1e10), evaluated="test")
    own.advance(5)
    assert own.epoch == 5 and not np.isfinite(own.result().running_loss[-1])


def test_it_goes_on_from_a_checkpoint(tmp_path):
    data = Data(X, Y, test=(X[:10], Y[:10]))
    own = Training(NETWORK, RECIPE, data, evaluated="test")
    own.advance(2)
    own.save(tmp_path / "checkpoint")
    loaded = Training.load(tmp_path / "checkpoint", data)
    for one in (own, loaded):
        one.advance(9)
    assert np.array_equal(own.result().test_loss, loaded.result().test_loss, equal_nan=True)


def test_a_rate_that_was_set_is_kept_in_a_checkpoint(tmp_path):
    own = Training(NETWORK, RECIPE, (X, Y))
    own.advance(1)
    own.learning_rate = 0.0
    own.save(tmp_path / "checkpoint")
    loaded = Training.load(tmp_path / "checkpoint", (X, Y))
    assert loaded.learning_rate == 0.0
    loaded.advance(1)
    assert np.array_equal(loaded.parameters, own.parameters)


@pytest.mark.parametrize(
    "changed",
    [
        {"phase": 2}, {"epoch": 4}, {"epoch": -1}, {"position": 1}, {"accumulated": 1}, {"row": 4},
        {"row": 2}, {"signal_row": 4}, {"ended": 2}, {"rows": 6}, {"step": -1}, {"summed": 2},
    ],
)  # fmt: skip
def test_counters_that_no_training_has_are_refused(changed):
    own = Training(NETWORK, RECIPE, (X, Y), observe_every=1)
    own.advance(2)
    counters, arrays = own._session.take()
    assert (counters["row"], counters["signal_row"], counters["position"]) == (3, 3, 0)
    other = Training(NETWORK, RECIPE, (X, Y), observe_every=1)
    with pytest.raises(FastdenseError, match="the checkpoint says"):
        other._session.put(counters | changed, arrays)
    other._session.put(counters, arrays)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adam_keras", "adadelta_keras"])
def test_another_training_goes_on_with_its_optimizer(optimizer):
    recipe = Recipe(optimizer=optimizer, epochs=6, batch_size=10, shuffle=False)
    network = Network.of(3, 4, 1)
    whole = train(network, recipe, (X, Y))
    first = Training(network, recipe, (X, Y))
    first.advance(3)
    second = Training(network, recipe, (X, Y), parameters=first.parameters)
    second.optimizer_state = first.optimizer_state
    assert second.steps == first.steps == 15
    second.advance(3)
    assert np.array_equal(second.parameters, whole.parameters)


def test_the_state_of_another_optimizer_is_refused():
    first, second = (
        Training(NETWORK, RECIPE.replace(optimizer=name), (X, Y)) for name in ("sgd", "adam")
    )
    with pytest.raises(FastdenseError, match="same network and optimizer"):
        second.optimizer_state = first.optimizer_state


def test_the_learning_rate_may_be_changed():
    recipe = Recipe(epochs=4, batch_size=10, shuffle=False, learning_rate=0.5)
    for device in ("cpu", "reference"):
        own = Training(Network.of(3, 1), recipe, (X, Y), device=device)
        own.advance(1)
        own.learning_rate = 0.0
        held = own.parameters
        own.advance(1)
        assert np.array_equal(own.parameters, held)
        own.learning_rate = 0.1
        assert own.learning_rate == 0.1
        own.advance(1)
        assert not np.array_equal(own.parameters, held)
    with pytest.raises(FastdenseError, match="learning_rate"):
        own.learning_rate = -1.0


def test_parameters_may_be_set():
    own = Training(NETWORK, RECIPE, (X, Y))
    own.advance(1)
    own.parameters = np.zeros(NETWORK.size)
    assert not own.parameters.any()
    with pytest.raises(FastdenseError, match="shape"):
        own.parameters = np.zeros(3)
    with pytest.raises(FastdenseError, match="finite"):
        own.parameters = np.full(NETWORK.size, np.nan)


def test_what_is_not_kept_is_not_given():
    own = Training(NETWORK, RECIPE, (X, Y))
    with pytest.raises(FastdenseError, match="keep_outputs"):
        own.outputs()
    with pytest.raises(FastdenseError, match="evaluated"):
        Training(NETWORK, RECIPE, (X, Y), evaluated="train")
    kept = Training(NETWORK, RECIPE, (X, Y), keep_outputs=True)
    rows, outputs = kept.outputs()
    assert len(rows) == 0 and outputs.shape == (0, 1)
