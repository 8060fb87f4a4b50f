"""Gradients are derivatives: against finite differences and the complex step, per entry."""

import numpy as np
import pytest
import strategies

from fastdense import Data, Dense, Network, Recipe, catalogue, train
from fastdense.reference.backward import loss_and_gradient
from fastdense.reference.forward import forward, losses

KINKS = {
    **dict.fromkeys(["relu", "leaky_relu", "selu", "elu"], [0.0]),
    "relu6": [0.0, 6.0],
    "hard_tanh": [-1.0, 1.0],
    "hard_sigmoid": [-3.0, 3.0],
    "hard_silu": [-3.0, 3.0],
}
WEIGHTS = np.array([0.5, 2.0, 1.0, 0.25, 1.5])


def problem(activation="tanh", loss="mse"):
    """A network with a hidden layer, its recipe, data and parameters away from every kink."""
    entry = catalogue.get("losses", loss)
    output = strategies.OUTPUTS.get(entry.predictions, "identity")
    if catalogue.get("activations", activation).coupled:
        layers = [Dense(4, "tanh"), Dense(3, activation, bias="uniform")]
    else:
        layers = [Dense(4, activation, bias="uniform"), Dense(3, output, bias="uniform")]
    network = Network(3, layers)
    recipe = Recipe(loss=loss, learning_rate=1.0, batch_size="full", epochs=1, dtype="float64")
    for seed in range(100):
        inputs = strategies.numbers([seed, 0], 5, 3)
        targets = strategies.targets_for(loss, seed, 5, 3)
        parameters = network.initialize(seed, "float64")
        outputs, trace = forward(network, parameters, inputs)
        clear = [np.abs(trace[0][1] - kink).min() for kink in KINKS.get(activation, ())] or [1.0]
        if entry.targets == "real":
            clear += [np.abs(outputs - targets).min(), np.abs(np.abs(outputs - targets) - 1).min()]
        if loss == "msle":
            clear += [np.abs(outputs).min()]
        if entry.targets == "sign":
            clear += [np.abs(np.abs(outputs) - 1).min()]
        if min(clear) > 0.03:
            return network, recipe, Data(inputs, targets, WEIGHTS), parameters
    raise AssertionError("no seed gave a problem away from the kinks")


def extrapolated(function, step):
    """The derivative of `function` at 0 by central differences, Richardson's error step**4."""

    def central(h):
        return (function(h) - function(-h)) / (2 * h)

    return (4 * central(step / 2) - central(step)) / 3


def compiled_gradient(network, recipe, data, parameters):
    after = train(network, recipe, data, parameters=parameters).parameters
    return parameters - after


def check(network, recipe, data, parameters):
    still = recipe.replace(epochs=0)
    gradient = compiled_gradient(network, recipe, data, parameters)
    assert np.abs(gradient).max() > 1e-3
    for i, unit in enumerate(np.eye(len(parameters))):

        def loss(h, unit=unit):
            return train(network, still, data, parameters=parameters + h * unit).final_loss

        assert gradient[i] == pytest.approx(extrapolated(loss, 1e-3), rel=1e-8, abs=1e-9), i


@pytest.mark.parametrize("activation", catalogue.names("activations"))
def test_finite_differences_of_the_loss_by_activation(activation):
    check(*problem(activation=activation))


@pytest.mark.parametrize("loss", strategies.LOSSES)
def test_finite_differences_of_the_loss_by_loss(loss):
    check(*problem(loss=loss))


PAIRS = [(a, "mse") for a in catalogue.names("activations")]
PAIRS += [("tanh", name) for name in strategies.LOSSES]


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_complex_step_through_the_specification(activation, loss):
    network, recipe, data, parameters = problem(activation, loss)
    exact = np.empty(len(parameters))
    for i, unit in enumerate(np.eye(len(parameters))):
        outputs, _ = forward(network, parameters + 1e-30j * unit, data.inputs)
        each, _ = losses(recipe, outputs, data.targets)
        exact[i] = (WEIGHTS * each).mean().imag / 1e-30
    rows = data.inputs, data.targets, WEIGHTS
    reference = loss_and_gradient(network, recipe, parameters, *rows)[1]
    np.testing.assert_allclose(reference, exact, rtol=1e-12, atol=1e-14)
    compiled = compiled_gradient(network, recipe, data, parameters)
    np.testing.assert_allclose(compiled, exact, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", strategies.ACTIVATIONS)
def test_slope_is_the_derivative_of_value(name):
    entry = catalogue.get("activations", name)
    points = np.concatenate([np.linspace(-9, 9, 91), strategies.numbers(0, 60), [-30.0, 30.0]])
    kinks = np.array(KINKS.get(name, [0.0]))  # the slope of softsign has one
    for z in points[np.abs(points[:, np.newaxis] - kinks).min(axis=1) > 0.01]:
        expected = extrapolated(lambda h, z=z: float(entry.value(np.float64(z + h))), 2e-3)
        slope = entry.slope(np.float64(z), entry.value(np.float64(z)))
        assert float(slope) == pytest.approx(expected, rel=1e-9, abs=1e-10), z
