"""A new kind of layer is one file and its compiled twin: nothing else knows of it."""

import numpy as np
import pytest
import strategies

import fastdense.kernels.layers
import fastdense.layers
from fastdense import Dense, Dropout, Network, Recipe, catalogue, train, train_many
from fastdense.reference.backward import loss_and_gradient
from fastdense.reference.forward import forward

LAYER = '''"""Multiplies each feature by a number of its own, and all of them by a constant."""

from dataclasses import dataclass

from fastdense.catalogue import Choice
from fastdense.entry import Layer, Parameters

SOURCE = "made up, for a test"


@dataclass(frozen=True)
class Gain(Layer):
    """Gains that are trained, times a factor that is not."""

    factor: float

    own_delta = True

    def parameters(self, inputs):
        fans = inputs[0], inputs[0]
        choice = Choice.of("initializers", "lecun_normal")
        return (Parameters("gains", inputs, choice, *fans, False),)

    def numbers(self, varied):
        return self.factor, 0.0

    def forward(self, arrays, x, drawn, training):
        return self.factor * arrays[0] * x, x

    def backward(self, arrays, kept, delta):
        return self.factor * arrays[0] * delta, ((self.factor * kept * delta).sum(axis=0),)


LAYER = Gain
'''
TWIN = '''"""Gains, compiled."""

import numpy as np
from numba import types

from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layout import NUMBERS
from fastdense.kernels.records import TABLE, work_reader


def forward(kind):
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def forward(table, index, arena, columns, place):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        gains = offset(work.parameters, layer.weights * lanes)
        for row in range(layer.n_in):
            source = offset(arena, (layer.input_row + row) * stride)
            target = offset(arena, (layer.output_row + row) * stride)
            for b in range(columns):
                for lane in range(lanes):
                    factor = cast(work.numbers[(index * lanes + lane) * NUMBERS])
                    i = b * lanes + lane
                    target[i] = factor * gains[row * lanes + lane] * source[i]

    pointer = types.CPointer(kind)
    return forward, types.void(TABLE, types.int64, pointer, types.int64, types.int64)


def backward(kind):
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def backward(table, index, arena, delta, below, columns):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        if not layer.needs_input_gradient:
            return
        gains = offset(work.parameters, layer.weights * lanes)
        for row in range(layer.n_in):
            for b in range(columns):
                for lane in range(lanes):
                    factor = cast(work.numbers[(index * lanes + lane) * NUMBERS])
                    i = row * stride + b * lanes + lane
                    below[i] = factor * gains[row * lanes + lane] * delta[i]

    pointer = types.CPointer(kind)
    return backward, types.void(TABLE, types.int64, pointer, pointer, pointer, types.int64)


def accumulate(kind):
    read = work_reader(kind, False)
    cast = np.float32 if kind == types.float32 else np.float64

    def accumulate(table, index, arena, delta, across, along, gradient, samples, begun):
        work = read(table)
        layer, stride = record(work.layers, index), record(work.job, 0).stride
        lanes = record(work.plan, 0).lanes
        for row in range(layer.n_in):
            source = offset(arena, (layer.input_row + row) * stride)
            for lane in range(lanes):
                factor = cast(work.numbers[(index * lanes + lane) * NUMBERS])
                total = gradient[row * lanes + lane] if begun else cast(0)
                for b in range(samples):
                    down = delta[row * across + b * along + lane]
                    total += factor * source[b * lanes + lane] * down
                gradient[row * lanes + lane] = total

    pointer = types.CPointer(kind)
    return accumulate, types.void(
        TABLE, types.int64, pointer, pointer, types.int64, types.int64, pointer,
        types.int64, types.int64,
    )
'''
DATA = strategies.numbers(0, 37, 3), strategies.numbers(1, 37, 2)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A network with the layer at its beginning and in its middle."""
    folder = tmp_path_factory.mktemp("layers")
    with pytest.MonkeyPatch.context() as patch:
        for package, text in ((fastdense.layers, LAYER), (fastdense.kernels.layers, TWIN)):
            own = folder / package.__name__
            own.mkdir()
            (own / "gain.py").write_text(text)
            patch.setattr(package, "__path__", [*package.__path__, str(own)])
        catalogue.names.cache_clear()
        gain = catalogue.get("layers", "gain").layer
        yield Network(3, [gain(2.0), Dense(5, "tanh"), Dropout(0.2), gain(0.5), Dense(2)])
    catalogue.names.cache_clear()


def test_it_is_read_and_written(network):
    table = network.to_dict()
    assert table["layers"][0] == {"gain": 2.0}
    assert Network.from_dict({"layers": table["layers"]}, 3, 2) == network
    assert network.size == 3 + 20 + 5 + 12


def test_its_gradient_is_that_of_finite_differences(network):
    recipe, at = Recipe(loss="mse"), network.initialize(1, "float64")
    rows = *DATA, np.ones(len(DATA[0]))
    gradient = loss_and_gradient(network, recipe, at, *rows)[1]
    for place, step in enumerate(1e-6 * np.eye(network.size)):
        above, below = (
            loss_and_gradient(network, recipe, at + s, *rows)[0].mean() for s in (step, -step)
        )
        np.testing.assert_allclose((above - below) / 2e-6, gradient[place], rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("batch", [1, 16, 37])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_it_trains_as_the_reference_does(network, batch, optimizer):
    recipe = Recipe(
        optimizer=optimizer,
        batch_size=batch,
        epochs=4,
        learning_rate=0.05,
        dtype="float64",
        l2=0.01,
    )
    ours, theirs = (
        train(network, recipe, DATA, observe_every=2, device=device)
        for device in ("cpu", "reference")
    )
    for name in ("parameters", "loss"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-9)
    for name, found in ours.signals.items():
        np.testing.assert_allclose(found, theirs.signals[name], rtol=1e-9, atol=1e-15)
    expected = forward(network, ours.parameters, DATA[0])[0]
    np.testing.assert_allclose(ours.predict(DATA[0]), expected, rtol=1e-12)
    np.testing.assert_allclose(ours.predict(DATA[0][:1]), expected[:1], rtol=1e-12)


@pytest.mark.parametrize("batch", [1, 16])
def test_it_has_the_same_bits_side_by_side(network, batch):
    recipe = Recipe(optimizer="adam", batch_size=batch, epochs=4, learning_rate=0.05)
    runs = train_many(network, recipe, DATA, seeds=18, dropout=np.linspace(0, 0.9, 18))
    for seed in (0, 1, 17):
        dropped = network.vary([0, 0, np.linspace(0, 0.9, 18)[seed], 0, 0])
        alone = train(dropped, recipe.replace(seed=seed), DATA)
        assert alone.parameters.tobytes() == runs.parameters[seed].tobytes()
