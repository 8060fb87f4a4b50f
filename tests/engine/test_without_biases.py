"""Layers without biases: these stay zero in every way a step is taken, and nothing else changes."""

import numpy as np
import pytest

from fastdense import Conv2D, Dense, FastdenseError, Flatten, Network, Recipe, train, train_many

RNG = np.random.default_rng(0)
LARGE = Network(
    40, [Dense(300, "tanh", use_bias=False), Dense(200, "tanh", use_bias=False), Dense(3)]
)
SMALL = Network(5, [Dense(4, "tanh", use_bias=False), Dense(3, use_bias=False)])
IMAGES = Network((6, 6, 2), [Conv2D(4, 3, "tanh", use_bias=False), Flatten(), Dense(3)])
WAYS = {
    "whole": {"batch_size": "full"},
    "by batches": {"batch_size": 16},
    "one by one": {"batch_size": 1},
    "one by one, clipped": {"batch_size": 1, "clip_norm": 0.1},
    "clipped": {"batch_size": 16, "clip_norm": 0.1, "clip_value": 0.05},
    "penalized": {"batch_size": 16, "l2": 0.1},
    "accumulated": {"batch_size": 8, "gradient_accumulation_steps": 2},
}


def trained(network, way, **options):
    optimizer = {"name": "adam", "weight_decay": 0.1, "epsilon": 1e-3}
    recipe = Recipe(optimizer=optimizer, epochs=2, dtype="float64", **WAYS[way])
    inputs = np.random.default_rng(1).normal(size=(48, network.features))
    return train(network, recipe, (inputs, np.tanh(inputs[:, :3])), **options)


def biases(network, parameters):
    pairs = zip(network.arrays, network.split(parameters), strict=True)
    return np.concatenate([own[1] for (layer, _), own in pairs if not layer.use_bias])


@pytest.mark.parametrize("network", [LARGE, SMALL, IMAGES], ids=["large", "small", "images"])
@pytest.mark.parametrize("way", WAYS)
def test_they_stay_zero(network, way):
    one = trained(network, way, threads=1, observe_every=1)
    assert (biases(network, one.parameters) == 0).all()
    assert trained(network, way, threads=2).parameters.tobytes() == one.parameters.tobytes()
    slow = trained(network, way, device="reference", observe_every=1)
    np.testing.assert_allclose(one.parameters, slow.parameters, rtol=1e-8, atol=1e-10)
    for name, values in one.signals.items():
        np.testing.assert_allclose(values, slow.signals[name], rtol=1e-7, equal_nan=True)


@pytest.mark.parametrize("network", [SMALL, IMAGES], ids=["small", "images"])
def test_side_by_side_they_stay_so_too(network):
    inputs = RNG.normal(size=(48, network.features))
    data = inputs, np.tanh(inputs[:, :3])
    recipe = Recipe(optimizer="momentum", epochs=200, batch_size=16)
    runs = train_many(network, recipe, data, seeds=20, evaluate_every=0)
    for seed in (0, 19):
        alone = train(network, recipe.replace(seed=seed), data, evaluate_every=0)
        assert runs[seed].parameters.tobytes() == alone.parameters.tobytes()
        assert (biases(network, alone.parameters) == 0).all()


def test_they_are_read_and_written():
    for network in (LARGE, IMAGES):
        assert Network.from_dict(network.to_dict()) == network
        assert "use_bias=False" in repr(network)
        assert eval(repr(network), {k: globals()[k] for k in ("Network", "Dense", "Conv2D",
                                                              "Flatten")}) == network  # fmt: skip


def test_what_contradicts_itself_is_refused():
    with pytest.raises(FastdenseError, match="bias is uniform without use_bias; expected zeros"):
        Dense(1, use_bias=False, bias="uniform")
    with pytest.raises(FastdenseError, match="use_bias is 0; expected true or false"):
        Dense(1, use_bias=0)
