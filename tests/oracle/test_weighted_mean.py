"""The reduction of scikit-learn: losses and penalties of a batch over the sum of its weights."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings

from fastdense import (
    Data,
    FastdenseError,
    Network,
    Objective,
    Recipe,
    Training,
    train,
    train_many,
)

X = strategies.numbers(1, 30, 3)
Y = strategies.numbers(2, 30, 2)
WEIGHTS = np.arange(30) % 4  # some of them zero
NETWORK = Network.of(3, 5, 2, activation="tanh")
RECIPE = Recipe(
    reduction="weighted_mean", optimizer="adam", learning_rate=0.01, batch_size=7, epochs=4,
    l1=0.02, l2=0.3, dtype="float64",
)  # fmt: skip
WEIGHTED = pytest.mark.parametrize("weights", [None, WEIGHTS])


@settings(max_examples=60)
@given(strategies.trainings())
def test_any_training_is_that_of_the_reference(training):
    (network, recipe, data), options = training
    # The rates that the others are drawn for; without kinks, whose side is a matter of rounding.
    recipe = recipe.replace(reduction="weighted_mean", l1=0.0)
    ours = train(network, recipe, data, **options)
    theirs = train(network, recipe, data, device="reference", **options)
    scale = max(1.0, np.abs(theirs.parameters).max(initial=0))
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=0, atol=1e-9 * scale)
    np.testing.assert_allclose(ours.running_loss, theirs.running_loss, rtol=1e-9, atol=1e-9)


@WEIGHTED
def test_curves_are_those_of_the_reference(weights):
    data = Data(X, Y, weights, (X[:9], Y[:9]))
    ours, theirs = (
        Training(NETWORK, RECIPE, data, evaluated="test", device=device)
        for device in ("cpu", "reference")
    )
    for training in (ours, theirs):
        training.advance(4)
    for since in (0, 3):
        for one, other in zip(ours.curves(since), theirs.curves(since), strict=True):
            assert one.shape == (4 - since,)
            np.testing.assert_allclose(one, other, rtol=1e-12)
    assert (ours.curves().running_penalty > 0).all()
    with pytest.raises(FastdenseError, match="evaluate_every is 2"):
        Training(NETWORK, RECIPE, data, evaluate_every=2).curves()


@WEIGHTED
def test_a_step_descends_the_sum_over_the_sum_of_weights(weights):
    recipe = RECIPE.replace(optimizer="sgd", l1=0.0, epochs=1, batch_size="full")
    run = train(NETWORK, recipe, Data(X, Y, weights))
    counts = np.ones(30) if weights is None else weights
    (w0, b0), (w1, b1) = NETWORK.split(run.initial_parameters)
    h = np.tanh(X @ w0 + b0)
    delta = 2 * counts[:, np.newaxis] * (h @ w1 + b1 - Y)
    gradient = (h.T @ delta + 2 * 0.3 * w1) / counts.sum()
    after = NETWORK.split(run.parameters)[1][0]
    np.testing.assert_allclose(after, w1 - 0.01 * gradient, rtol=1e-12)


@WEIGHTED
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lanes_have_the_bits_of_single_trainings(weights, dtype):
    recipe = RECIPE.replace(dtype=dtype)
    runs = train_many(NETWORK, recipe, Data(X, Y, weights), seeds=20, l2=np.linspace(0, 1, 20))
    for run in [*runs][::6]:
        alone = train(NETWORK, run.recipe, Data(X, Y, weights))
        np.testing.assert_array_equal(run.parameters, alone.parameters)


def test_weights_are_repetitions():
    recipe = RECIPE.replace(batch_size="full", epochs=30)
    weighted = train(NETWORK, recipe, Data(X, Y, WEIGHTS))
    repeated = train(
        NETWORK, recipe, (np.repeat(X, WEIGHTS, axis=0), np.repeat(Y, WEIGHTS, axis=0))
    )
    np.testing.assert_allclose(weighted.parameters, repeated.parameters, rtol=0, atol=1e-12)


@WEIGHTED
@pytest.mark.parametrize("reduction", ["mean", "sum", "sum_keras", "weighted_mean"])
def test_an_objective_is_the_integral_of_its_gradient(weights, reduction):
    objective = Objective(NETWORK, RECIPE.replace(reduction=reduction), Data(X, Y, weights))
    start = NETWORK.initialize(3, "float64")
    direction = strategies.numbers(5, NETWORK.size)
    _, gradient = objective(start)
    step = 1e-5
    slope = (objective(start + step * direction)[0] - objective(start - step * direction)[0]) / 2
    np.testing.assert_allclose(slope / step, gradient @ direction, rtol=1e-8)
    np.testing.assert_array_equal(objective(start)[1], gradient)


def test_an_objective_is_what_a_step_descends():
    data = Data(X, Y, WEIGHTS)
    recipe = RECIPE.replace(optimizer="sgd", epochs=1, batch_size="full", learning_rate=0.5)
    run = train(NETWORK, recipe, data)
    _, gradient = Objective(NETWORK, recipe, data)(run.initial_parameters)
    step = run.initial_parameters - 0.5 * gradient
    np.testing.assert_allclose(run.parameters, step, rtol=1e-12, atol=1e-15)


def test_an_objective_has_no_dropout():
    network = Network.from_dict({"inputs": 3, "hidden": [4], "dropout": 0.5, "outputs": 2})
    with pytest.raises(FastdenseError, match="leave it out"):
        Objective(network, RECIPE, (X, Y))
