"""Products of the Hessian are derivatives of the gradient; eigenvalues are those of all of it."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from test_gradients import PAIRS, WEIGHTS, extrapolated, problem

from fastdense import Network, Recipe
from fastdense.diagnosis.case import Case
from fastdense.diagnosis.curvature import extremes
from fastdense.reference.backward import loss_and_gradient
from fastdense.reference.curvature import hessian_product, ritz_values


def difference(network, recipe, rows, parameters, vector):
    """The product by differences of gradients."""

    def gradient(step):
        return loss_and_gradient(network, recipe, parameters + step * vector, *rows)[1]

    return extrapolated(gradient, 1e-3)


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_products_are_differences_of_gradients(activation, loss):
    network, recipe, data, parameters = problem(activation, loss)
    rows = data.inputs, data.targets, WEIGHTS
    vector = strategies.numbers([1, 2], len(parameters), 1)[:, 0]
    found = hessian_product(network, recipe, rows, parameters, vector)
    wanted = difference(network, recipe, rows, parameters, vector)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8 * np.abs(wanted).max() + 1e-12)


# Elu's second derivative jumps, and a normalized image of one channel is zero everywhere.
SMOOTH = st.sampled_from([name for name in strategies.SMOOTH if name != "elu"])


@settings(max_examples=40, deadline=None)
@given(strategies.image_networks(SMOOTH), st.integers(0, 1000))
def test_those_of_networks_on_images_are_so_too(network, seed):
    parameters = network.initialize(seed, "float64")
    inputs = strategies.numbers([seed, 1], 4, int(np.prod(network.shape)))
    rows = inputs, strategies.numbers([seed, 2], 4, network.outputs), np.ones(4)
    recipe = Recipe(loss="mse")
    vector = strategies.numbers([seed, 3], network.size, 1)[:, 0]
    vector *= network.trained  # moving averages are nothing that a gradient is taken of
    found = hessian_product(network, recipe, rows, parameters, vector)
    wanted = difference(network, recipe, rows, parameters, 0.01 * vector) * 100
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max() + 1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["mse", "binary_crossentropy"]))
def test_ritz_values_in_all_directions_are_the_eigenvalues(seed, loss):
    output = "sigmoid" if loss != "mse" else "identity"
    network = Network.of(2, 3, 1, activation="tanh", output=output)
    parameters = network.initialize(seed, "float64")
    inputs = strategies.numbers([seed, 1], 12, 2)
    rows = inputs, (inputs[:, :1] > 0).astype(float), np.ones(12)
    recipe = Recipe(loss=loss)

    def product(vector):
        return hessian_product(network, recipe, rows, parameters, vector)

    hessian = np.array([product(unit) for unit in np.eye(network.size)])
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-12)
    eigenvalues = np.linalg.eigvalsh(hessian)
    found = ritz_values(product, np.ones(network.size) + parameters, network.size)
    assert found[-1] == pytest.approx(eigenvalues[-1], rel=1e-6, abs=1e-9)
    assert found[0] == pytest.approx(eigenvalues[0], rel=1e-6, abs=1e-7)
    low, high = extremes(Case.of(network, recipe, (rows[0], rows[1])), parameters)
    assert eigenvalues[0] - 1e-9 <= low <= high <= eigenvalues[-1] + 1e-9
    assert high == pytest.approx(eigenvalues[-1], rel=1e-3, abs=1e-6)


def test_it_is_not_a_number_where_nothing_is_finite():
    assert np.isnan(ritz_values(lambda vector: vector * np.inf, np.ones(3))).all()
