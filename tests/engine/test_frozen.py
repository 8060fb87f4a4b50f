"""At learning rate zero nothing moves: no bit of a parameter, no bit of a loss."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, Network, Recipe, train


def assert_frozen(network, recipe, data, parameters=None, **options):
    run = train(network, recipe.replace(learning_rate=0.0), data, parameters=parameters, **options)
    assert run.parameters.tobytes() == run.initial_parameters.tobytes()
    for curve in (run.loss, run.test_loss, run.accuracy, run.test_accuracy):
        if curve is not None:
            assert len({value.tobytes() for value in curve}) == 1
    assert run.outcome == "frozen"
    return run


@settings(max_examples=60)
@given(strategies.trainings(), st.sampled_from(["float32", "float64"]))
def test_any_training(training, dtype):
    (network, recipe, data), options = training
    loss = recipe.loss.to_dict()
    if loss.get("clip"):
        loss["clip"] = max(loss["clip"], 1e-3)  # what float32 resolves
    recipe = recipe.replace(dtype=dtype, loss=loss)
    assert_frozen(network, recipe, data, **{**options, "evaluate_every": 1})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", strategies.OPTIMIZERS)
def test_every_optimizer_leaves_signed_zeros_and_extremes(optimizer, dtype):
    network = Network(2, [Dense(3, "relu"), Dense(1)])
    special = [0.0, -0.0, 1e-45, -1e-45, 1e-38, -1e30, 1e30, 1.0, -1.0, 3e-20]
    parameters = np.array((special * 2)[: network.size], dtype)
    recipe = Recipe(optimizer=optimizer, l1=0.1, l2=0.1, clip_norm=1.0, batch_size=3, dtype=dtype)
    rows = strategies.numbers(0, 7, 2), strategies.numbers(1, 7)
    run = train(network, recipe.replace(learning_rate=0.0, epochs=4), rows, parameters=parameters)
    assert run.parameters.tobytes() == parameters.tobytes()
    assert np.signbit(run.parameters[1])
    assert len({value.tobytes() for value in run.loss}) == 1


@pytest.mark.parametrize("optimizer", strategies.OPTIMIZERS)
def test_every_optimizer_leaves_parameters_alone_at_infinite_gradients(optimizer):
    network = Network(1, [Dense(2, "tanh"), Dense(1)])
    recipe = Recipe(optimizer=optimizer, learning_rate=0.0, epochs=3, batch_size=2, dtype="float32")
    # Errors of 1e19 have finite float32 squares; the gradient times an input of 1e30 has not.
    rows = np.full(4, 1e30), np.full(4, 1e19)
    start = np.full(network.size, 0.5, "float32")
    run = train(network, recipe, rows, parameters=start, observe_every=1)
    assert run.steps == 6
    assert run.parameters.tobytes() == start.tobytes()


def test_a_schedule_that_reaches_zero_freezes():
    network = Network.of(2, 4, 1)
    schedule = {"name": "step", "every": 1.0, "gamma": 0.0}
    recipe = Recipe(schedule=schedule, learning_rate=0.1, batch_size=4, epochs=5)
    data = Data(strategies.numbers(0, 9, 2), strategies.numbers(1, 9))
    run = train(network, recipe, data)
    assert run.loss[0] != run.loss[1]
    assert len({value.tobytes() for value in run.loss[1:]}) == 1
