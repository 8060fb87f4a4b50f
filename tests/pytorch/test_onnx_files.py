"""What is written as ONNX predicts what the model does: every layer, every activation."""

import numpy as np
import pytest

pytest.importorskip(
    "onnx.reference", reason="the package onnx is not installed (pip install 'fastdense[onnx]')"
)

import onnx
from hypothesis import given
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator
from strategies import image_networks

from fastdense import Dense, FastdenseError, Model, Network, Recipe, catalogue, to_onnx, train

# Relative to the largest output. float32 rounds in another order; over 1500 networks at most 1.4e-6
# was measured.
NEAR = {"float32": 5e-6, "float64": 1e-6}
ERF = 1e-7  # the evaluator computes it in float32


def compared(network, seed, dtype, path):
    start = network.initialize(seed, dtype)
    model = Model(network, start + np.abs(start) * 0.3)
    to_onnx(model, path)
    inputs = np.random.default_rng(seed).normal(size=(5, *network.shape)).astype(dtype)
    (theirs,) = ReferenceEvaluator(str(path)).run(None, {"inputs": inputs})
    ours = model.predict(inputs)
    assert theirs.dtype == ours.dtype and theirs.shape == ours.shape
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=NEAR[dtype] * np.abs(ours).max() + ERF)


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize(
    "name", [*catalogue.names("activations"), "leaky_relu(slope=0.3)", "elu(alpha=0.5)"]
)
def test_activations(name, dtype, tmp_path):
    layers = [Dense(30, "tanh"), Dense(20, name, weights={"name": "normal", "std": 2.0})]
    compared(Network(3, layers), 1, dtype, tmp_path / "model.onnx")


@given(image_networks(), st.sampled_from(list(NEAR)), st.integers(0, 99))
def test_networks(tmp_path_factory, network, dtype, seed):
    compared(network, seed, dtype, tmp_path_factory.mktemp("onnx") / "model.onnx")


def test_what_is_trained_is_written_whole(tmp_path):
    path = tmp_path / "model.onnx"
    run = train(Network.of(2, 3, 1), Recipe(epochs=3), ([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]))
    to_onnx(run, path)
    read = onnx.load(path)
    onnx.checker.check_model(read, full_check=True)
    assert [one.name for one in read.graph.input] == ["inputs"]
    assert [one.name for one in read.graph.output] == ["outputs"]
    assert [one.name for one in tmp_path.iterdir()] == ["model.onnx"]


def test_what_cannot_be_written_is_told(tmp_path):
    with pytest.raises(FastdenseError, match="3 is no model; give a Model"):
        to_onnx(3, tmp_path / "model.onnx")
    model = Model(Network.of(1, 1), [0.0, 0.0])
    with pytest.raises(FastdenseError, match="cannot write"):
        to_onnx(model, tmp_path / "nowhere" / "model.onnx")
