"""Layers without biases and frozen ones: these stay as they began however a step is taken."""

import numpy as np
import pytest

from fastdense import (
    BatchNormalization,
    Conv2D,
    Dense,
    FastdenseError,
    Flatten,
    LayerNormalization,
    Network,
    Recipe,
    train,
    train_many,
)

RNG = np.random.default_rng(0)
NETWORKS = {
    "large": Network(
        40, [Dense(300, "tanh", use_bias=False), Dense(200, "tanh", use_bias=False), Dense(3)]
    ),
    "small": Network(5, [Dense(4, "tanh", use_bias=False), Dense(3, use_bias=False)]),
    "images": Network((6, 6, 2), [Conv2D(4, 3, "tanh", use_bias=False), Flatten(), Dense(3)]),
    "large, frozen": Network(
        40,
        [
            Dense(300, "tanh", trainable=False, bias="uniform"),
            Dense(200, "tanh", trainable=False, l2=0.1, max_norm=0.1),
            Dense(3),
        ],
    ),
    "small, frozen": Network(5, [Dense(4, "tanh"), Dense(3, trainable=False)]),
    "images, frozen": Network(
        (6, 6, 2),
        [
            Conv2D(4, 3, "tanh", trainable=False, bias="uniform"),
            BatchNormalization(trainable=False),
            BatchNormalization(0.1, 0.9, fixed=True),
            LayerNormalization(trainable=False),
            Flatten(),
            Dense(3),
        ],
    ),
}
WAYS = {
    "whole": {"batch_size": "full"},
    "by batches": {"batch_size": 16},
    "one by one": {"batch_size": 1},
    "one by one, clipped": {"batch_size": 1, "clip_norm": 0.1},
    "clipped": {"batch_size": 16, "clip_norm": 0.1, "clip_value": 0.05},
    "clipped by array": {"batch_size": 16, "clip_norm": 0.1, "clip_each": True},
    "penalized": {"batch_size": 16, "l2": 0.1},
    "accumulated": {"batch_size": 8, "gradient_accumulation_steps": 2},
}


def trained(network, way, **options):
    optimizer = {"name": "adam", "weight_decay": 0.1, "epsilon": 1e-3}
    recipe = Recipe(optimizer=optimizer, epochs=2, dtype="float64", **WAYS[way])
    inputs = np.random.default_rng(1).normal(size=(48, *network.shape))
    return train(network, recipe, (inputs, np.tanh(inputs.reshape(48, -1)[:, :3])), **options)


def untrained(network, parameters):
    """What no optimizer may change, and no layer keeps up by itself."""
    kept_up = [
        array.name.startswith(("mean", "variance")) for _, own in network.arrays for array in own
    ]
    sizes = [view.size for own in network.split(parameters) for view in own]
    return parameters[~network.trained & ~np.repeat(kept_up, sizes)]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("way", WAYS)
def test_they_stay_as_they_began(network, way):
    if way.startswith("one by one") and network is NETWORKS["images, frozen"]:
        pytest.skip("one sample has no variance")
    one = trained(network, way, threads=1, observe_every=1)
    before = untrained(network, network.initialize(one.recipe.seed, "float64"))
    assert len(before)
    assert untrained(network, one.parameters).tobytes() == before.tobytes()
    assert trained(network, way, threads=2).parameters.tobytes() == one.parameters.tobytes()
    slow = trained(network, way, device="reference", observe_every=1)
    np.testing.assert_allclose(one.parameters, slow.parameters, rtol=1e-8, atol=1e-10)
    for name, values in one.signals.items():
        np.testing.assert_allclose(values, slow.signals[name], rtol=1e-7, equal_nan=True)


@pytest.mark.parametrize("name", [name for name in NETWORKS if "large" not in name])
def test_side_by_side_they_stay_so_too(name):
    network = NETWORKS[name]
    inputs = RNG.normal(size=(48, *network.shape))
    data = inputs, np.tanh(inputs.reshape(48, -1)[:, :3])
    recipe = Recipe(optimizer="momentum", epochs=200, batch_size=16)
    runs = train_many(network, recipe, data, seeds=20, evaluate_every=0)
    for seed in (0, 19):
        alone = train(network, recipe.replace(seed=seed), data, evaluate_every=0)
        assert runs[seed].parameters.tobytes() == alone.parameters.tobytes()
        before = untrained(network, network.initialize(seed, "float32"))
        assert untrained(network, alone.parameters).tobytes() == before.tobytes()


def test_what_is_not_trained_needs_no_gradient_and_no_signal_of_one():
    run = trained(NETWORKS["large, frozen"], "by batches", observe_every=1)
    of_layers = run.signals["gradient_norm"]
    assert (of_layers[:, :2] == 0).all() and (of_layers[:, 2] > 0).all()


def test_they_are_read_and_written():
    for name, network in NETWORKS.items():
        assert Network.from_dict(network.to_dict()) == network
        assert ("trainable=False" if "frozen" in name else "use_bias=False") in repr(network)
        assert eval(repr(network), globals()) == network


def test_what_contradicts_itself_is_refused():
    with pytest.raises(FastdenseError, match="bias is uniform without use_bias; expected zeros"):
        Dense(1, use_bias=False, bias="uniform")
    with pytest.raises(FastdenseError, match="use_bias is 0; expected true or false"):
        Dense(1, use_bias=0)
    for kind in (lambda **own: Dense(1, **own), LayerNormalization, BatchNormalization):
        with pytest.raises(FastdenseError, match="trainable is 'no'; expected true or false"):
            kind(trainable="no")
