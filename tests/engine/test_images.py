"""Layers on images, and normalizations: the reference's numbers, and the same bits in every way."""

import numpy as np
import pytest
import strategies
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fastdense import (
    BatchNormalization,
    Conv2D,
    Data,
    Dense,
    FastdenseError,
    Flatten,
    MaxPool2D,
    Model,
    Network,
    Recipe,
    Training,
    train,
    train_many,
)
from fastdense.catalogue import Choice
from fastdense.devices.cpu import single
from fastdense.kernels.layers._windows import Geometry
from fastdense.layers import kinds
from fastdense.layers._windows import Windows
from fastdense.reference.backward import loss_and_gradient
from fastdense.reference.forward import draw, forward

ROWS = 21
SMOOTH = st.sampled_from(strategies.SMOOTH)
RECIPE = Recipe(optimizer="momentum", learning_rate=0.01, epochs=2, dtype="float64")


def rows(network, count=ROWS):
    shape = network.shape
    return strategies.numbers(0, count, *shape), strategies.numbers(1, count, network.outputs)


@given(network=strategies.image_networks(), batch=st.sampled_from([1, 8, 21]), l2=st.booleans())
@settings(max_examples=60)
def test_it_trains_as_the_reference_does(network, batch, l2):
    recipe = RECIPE.replace(batch_size=batch, l2=0.01 * l2, clip_norm=1.0)
    data = rows(network)
    ours, theirs = (
        train(network, recipe, data, observe_every=1, device=device)
        for device in ("cpu", "reference")
    )
    if not np.isfinite(theirs.loss).all() or np.abs(theirs.loss).max() > 1e3:
        return  # nothing is stable there
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.loss, theirs.loss, rtol=1e-7)
    for name, found in ours.signals.items():
        np.testing.assert_allclose(found, theirs.signals[name], rtol=1e-5, atol=1e-8)
    expected = forward(network, ours.parameters, data[0])[0]
    np.testing.assert_allclose(ours.predict(data[0]), expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.predict(data[0][:1]), expected[:1], rtol=1e-8, atol=1e-10)


@given(network=strategies.image_networks(SMOOTH), training=st.booleans(), seed=st.integers(0, 9))
@settings(max_examples=40)
def test_its_gradient_is_that_of_finite_differences(network, training, seed):
    at = network.initialize(seed, "float64") + 0.1
    x, y = rows(network, 7)
    given = RECIPE, x, y, np.ones(7), draw(network, 0, 0, 7), training
    network_too = Network(network.inputs, network.layers)  # nothing remembered

    def loss(parameters):
        recipe, *rest = given
        return loss_and_gradient(network_too, recipe, parameters.copy(), *rest)

    _, gradient, trace = loss(at)
    if any(isinstance(layer, MaxPool2D) for layer in network.layers):
        return  # it has no slope where two numbers are equal
    for place in np.random.default_rng(seed).permutation(np.flatnonzero(network.trained))[:12]:
        step = 1e-6 * (np.arange(network.size) == place)
        above, below = (loss(at + sign * step)[0].mean() for sign in (1, -1))
        assert (above - below) / 2e-6 == pytest.approx(gradient[place], rel=1e-4, abs=1e-6)


@given(network=strategies.image_networks(), dtype=st.sampled_from(["float32", "float64"]),
       batch=st.sampled_from([1, 8, 21]))  # fmt: skip
@settings(max_examples=25)
def test_it_has_the_same_bits_side_by_side(network, dtype, batch):
    recipe = RECIPE.replace(optimizer="adam", dtype=dtype, batch_size=batch)
    lanes = {"float32": 16, "float64": 8}[dtype]
    runs = train_many(network, recipe, rows(network), seeds=lanes)
    for seed in (0, lanes - 1):
        alone = train(network, recipe.replace(seed=seed), rows(network))
        assert alone.parameters.tobytes() == runs.parameters[seed].tobytes()


@given(network=strategies.image_networks(normalizations=False), threads=st.integers(2, 3))
@settings(max_examples=15)
def test_neither_threads_nor_chunks_change_a_bit(network, threads):
    recipe = RECIPE.replace(dtype="float32", batch_size=50)
    data = rows(network, 100)
    expected = train(network, recipe, data, threads=1).parameters.tobytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "_most_threads", lambda task, given: given)
        assert train(network, recipe, data, threads=threads).parameters.tobytes() == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "chunk_columns", lambda *given: 16)
        assert train(network, recipe, data, threads=1).parameters.tobytes() == expected


@given(network=strategies.image_networks())
@settings(max_examples=20)
def test_it_is_written_and_read(network, tmp_path_factory):
    assert Network.from_dict(network.to_dict()) == network
    plain = {**network.to_dict(), "inputs": list(network.inputs)}  # as JSON and TOML have it
    assert Network.from_dict(plain) == network
    named = {"Network": Network, "Choice": Choice} | {k.__name__: k for k in kinds()}
    assert eval(repr(network), named) == network
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    model = Model(network, network.initialize(3))
    model.save(path)
    again = Model.load(path)
    assert again.network == network and (again.parameters == model.parameters).all()


def test_every_layer_is_drawn():
    drawn = set()

    @given(strategies.image_networks())
    @settings(max_examples=200, phases=[Phase.generate])
    def look(network):
        drawn.update(type(layer) for layer in network.layers)

    look()
    assert drawn == set(kinds())


@pytest.mark.parametrize("batch", [4, 21])
def test_a_training_with_normalizations_goes_on_from_where_it_was(batch, tmp_path):
    network = Network(
        (5, 5, 1), [Conv2D(3, 2), BatchNormalization(), MaxPool2D(2), Flatten(), Dense(2)]
    )
    recipe = RECIPE.replace(optimizer="adam", batch_size=batch, epochs=4)
    whole = Training(network, recipe, rows(network))
    for _ in whole.epochs():
        pass
    part = Training(network, recipe, rows(network))
    part.advance(2)
    part.save(tmp_path / "part")
    rest = Training.load(tmp_path / "part", rows(network))
    for _ in rest.epochs():
        pass
    assert rest.result().parameters.tobytes() == whole.result().parameters.tobytes()


def test_averages_move_at_a_rate_of_zero_and_nothing_else_does():
    network = Network(3, [Dense(4, "tanh"), BatchNormalization(momentum=0.5), Dense(1)])
    data = strategies.numbers(0, 40, 3), strategies.numbers(1, 40, 1)
    run = train(network, Recipe(learning_rate=0.0, epochs=3), data)
    before, after = run.initial_parameters, run.parameters
    assert (before == after)[network.trained].all()
    assert (before != after)[~network.trained].all()
    assert len(set(run.loss.tolist())) == 4  # so the loss moves, too
    many = train_many(network, Recipe(learning_rate=0.0, epochs=3), data, seeds=3)
    assert many.parameters[0].tobytes() == after.tobytes()


def test_a_dead_channel_is_dead_at_all_places():
    bias = {"name": "explicit", "values": [-100.0, 0.0, -100.0, 5.0]}
    network = Network((4, 4, 1), [Conv2D(4, 2, "relu", bias=bias), Flatten(), Dense(1)])
    for device in ("cpu", "reference"):
        run = train(
            network, RECIPE.replace(epochs=0), rows(network), observe_every=1, device=device
        )
        assert run.signals["dead_share"][0, 0] == 0.5


def test_images_are_rows_of_their_numbers():
    x, y = strategies.numbers(0, 20, 4, 5, 2), strategies.numbers(1, 20, 1)
    network = Network((4, 5, 2), [Conv2D(3, 2), Flatten(), Dense(1)])
    images, flat = (train(network, RECIPE, (given, y)) for given in (x, x.reshape(20, 40)))
    assert images.parameters.tobytes() == flat.parameters.tobytes()
    assert (images.predict(x) == images.predict(x.reshape(20, 40))).all()
    gray = Data(x[..., 0], y)
    assert gray.shape == (4, 5)
    train(Network((4, 5, 1), [Flatten(), Dense(1)]), RECIPE, gray)


BAD = {
    "kernel larger than the image": (
        lambda: Network((3, 3, 1), [Conv2D(1, 4), Flatten(), Dense(1)]), "windows of 4 x 4 on",
    ),
    "pooling that leaves nothing": (
        lambda: Network((4, 4, 1), [MaxPool2D(2), MaxPool2D(3), Flatten(), Dense(1)]),
        "windows of 3 x 3 on images of 2 x 2",
    ),
    "a stride of zero": (lambda: Conv2D(1, 2, stride=0), "stride"),
    "three sides": (lambda: Conv2D(1, (2, 2, 2)), "expected one number, or two"),
    "a padding of whole windows": (lambda: Conv2D(1, 2, padding=2), "less than a window"),
    "a bias that is not there": (
        lambda: Conv2D(1, 2, use_bias=False, bias="uniform"), "uniform without use_bias",
    ),
    "a word for a bias": (lambda: Conv2D(1, 2, use_bias="no"), "expected true or false"),
    "another padding": (lambda: Conv2D(1, 2, padding="full"), 'expected "valid" or "same"'),
    "features": (lambda: Network(9, [Conv2D(1, 2), Dense(1)]), "takes images, not 9 features"),
    "a dense layer on images": (
        lambda: Network((3, 3, 1), [Conv2D(1, 2), Dense(1)]), "put Flatten\\(\\) before it",
    ),
    "two sides": (lambda: Network((3, 3), [Dense(1)]), "the height, width and channels"),
    "softmax of channels": (lambda: Conv2D(1, 2, "softmax"), "only dense layers"),
    "no dense layer at the end": (lambda: Network((3, 3, 1), [Flatten()]), "end in a dense layer"),
    "images of unequal size": (
        lambda: Data([np.zeros((3, 3)), np.zeros((3, 4))], [0.0, 1.0]), "rows of equal length",
    ),
    "channels where none are expected": (
        lambda: train(Network((4, 4, 1), [Flatten(), Dense(1)]), RECIPE,
                      (np.zeros((5, 4, 4, 3)), np.zeros(5))),
        "images of \\(4, 4, 1\\) but the data have images of \\(4, 4, 3\\)",
    ),
    "images for a network of features": (
        lambda: train(Network.of(16, 1), RECIPE, (np.zeros((5, 4, 4)), np.zeros(5))),
        "takes 16 features but the data have images",
    ),
    "a table without its kernel": (
        lambda: Network.from_dict({"inputs": [3, 3, 1], "layers": [{"conv2d": 2}]}),
        "needs kernel beside conv2d",
    ),
    "something for Flatten": (
        lambda: Network.from_dict({"inputs": [3, 3, 1], "layers": [{"flatten": 3}]}),
        "nothing to set",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name):
    call, says = BAD[name]
    with pytest.raises(FastdenseError, match=says):
        call()


def test_windows_are_read_in_the_order_in_which_they_are_written():
    assert Geometry._fields == Windows._fields
