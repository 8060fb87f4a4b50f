"""A model predicts, is evaluated, differentiated, kept, and called from jitted code."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from fastdense import Data, Dense, FastdenseError, Model, Network, Recipe, catalogue, train

X = np.random.default_rng(0).standard_normal((30, 4), dtype=np.float32)
NETWORK = Network(4, [Dense(9, "gelu"), Dense(5, "tanh"), Dense(3, "softmax")])
MODEL = Model(NETWORK, NETWORK.initialize(1))
LABELS = np.arange(30) % 3


def test_the_model_of_a_run_predicts_as_the_run():
    run = train(Network.of(4, 8, 1), Recipe(epochs=2), (X, X[:, :1]))
    assert run.model.predict(X).tobytes() == run.predict(X).tobytes()
    assert run.model.parameters.tobytes() == run.parameters.tobytes()


def test_an_evaluation_is_what_a_training_would_report():
    recipe = Recipe(epochs=3, loss="sparse_categorical_crossentropy")
    data = Data(X, LABELS, weights=np.linspace(1, 2, 30))
    run = train(NETWORK, recipe, data)
    found = run.model.evaluate(data, "sparse_categorical_crossentropy")
    assert (found.loss, found.accuracy) == (run.final_loss, run.accuracy[-1])


@settings(max_examples=25)
@given(st.data())
def test_the_gradient_is_that_of_finite_differences(draw):
    loss = draw.draw(st.sampled_from(["mse", "binary_crossentropy", "categorical_crossentropy"]))
    network = draw.draw(strategies.networks(loss, activation="tanh", dropout=False))
    data = draw.draw(strategies.data(network, loss, test=False))
    parameters = network.initialize(2, "float64")
    value, gradient = Model(network, parameters).loss_and_gradient(data, loss)
    assert value == Model(network, parameters).evaluate(data, loss).loss
    direction = strategies.numbers(3, network.size) * network.trained
    direction /= np.linalg.norm(direction)
    step = 1e-5
    ends = [
        Model(network, parameters + sign * step * direction).evaluate(data, loss).loss
        for sign in (1, -1)
    ]
    slope = (ends[0] - ends[1]) / (2 * step)
    assert gradient @ direction == pytest.approx(slope, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_every_device_has_models(device):
    model = Model(NETWORK, MODEL.parameters.astype(float), device=device)
    np.testing.assert_allclose(model.predict(X), MODEL.predict(X), rtol=1e-4, atol=1e-6)
    value, gradient = model.loss_and_gradient((X, LABELS), "sparse_categorical_crossentropy")
    other, theirs = MODEL.loss_and_gradient((X, LABELS), "sparse_categorical_crossentropy")
    assert value == pytest.approx(other, rel=1e-5)
    np.testing.assert_allclose(gradient, theirs, atol=1e-5)


def test_a_file_holds_the_model(tmp_path):
    MODEL.save(tmp_path / "model.safetensors")
    loaded = Model.load(tmp_path / "model.safetensors")
    assert loaded.network == NETWORK
    assert loaded.parameters.tobytes() == MODEL.parameters.tobytes()


def test_a_model_that_diverged_is_not_loaded(tmp_path):
    Model(NETWORK, np.full(NETWORK.size, np.nan)).save(tmp_path / "lost")
    with pytest.raises(FastdenseError, match="NaN or infinity"):
        Model.load(tmp_path / "lost")


def test_others_read_the_file(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    MODEL.save(tmp_path / "model.safetensors")
    arrays = safetensors.load_file(tmp_path / "model.safetensors")
    (weights, bias), *_ = MODEL.layers
    assert arrays["layers.0.weights"].tobytes() == weights.tobytes()
    assert arrays["layers.0.bias"].tobytes() == bias.tobytes()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Model(NETWORK, [1.0]), r"shape \(1,\) given; the network has"),
        (lambda: Model("network", [1.0]), "give a Network"),
        (lambda: Model(NETWORK, MODEL.parameters, device="gpu"), "unknown device 'gpu'"),
        (lambda: MODEL.predict(X[:, :2]), "takes 4 inputs but 2"),
        (lambda: MODEL.evaluate((X, X)), "3 outputs but the targets 4 columns"),
        (lambda: MODEL.evaluate((X, LABELS), "sparse"), "unknown loss"),
        (lambda: Model.load("/nowhere"), "cannot read"),
    ],
)
def test_what_a_model_refuses(wrong, words):
    with pytest.raises(FastdenseError, match=words):
        wrong()


def test_a_parameter_vector_is_copied_and_kept_from_writers():
    given = MODEL.parameters.copy()
    model = Model(NETWORK, given)
    given[:] = 0
    assert model.parameters.tobytes() == MODEL.parameters.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        model.parameters[0] = 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "layers",
    [
        [Dense(9, "gelu"), Dense(5, "tanh"), Dense(3, "softmax")],
        [Dense(16, "relu"), Dense(1)],
        [Dense(2, "sigmoid")],
    ],
    ids=["three", "two", "one"],
)
def test_a_compiled_model_has_the_bits_of_a_prediction(layers, dtype):
    network = Network(4, layers)
    model = Model(network, network.initialize(3, dtype))
    forward, x = model.compiled(), X.astype(dtype)
    assert forward(x).tobytes() == model.predict(x).tobytes()
    assert forward(x[0]).tobytes() == model.predict(x[:1]).tobytes()
    out = np.empty((30, network.outputs), dtype)
    assert forward(x, out) is out and out.tobytes() == model.predict(x).tobytes()

    @njit
    def total(rows, made):
        forward(rows, made)
        return made.sum() + forward(rows[0])[0]

    assert total(x, out) == pytest.approx(out.sum() + out[0, 0], rel=1e-5)
    with pytest.raises(ValueError, match="must be"):
        forward(x[:, :2])


def test_every_activation_can_be_compiled():
    for name in catalogue.names("activations"):
        network = Network(4, [Dense(3, name)])
        model = Model(network, network.initialize(1))
        assert model.compiled()(X).tobytes() == model.predict(X).tobytes(), name
