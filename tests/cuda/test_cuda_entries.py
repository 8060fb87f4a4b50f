"""Every entry once, in Numba's simulator of CUDA: the bits are the CPU's."""

import pytest
from simulator import both, differences
from strategies import ACTIVATIONS, LOSSES, OPTIMIZERS, OUTPUTS, SCHEDULES, numbers, targets_for

from fastdense import Data, Dense, Network, Recipe, catalogue

COUPLED = [n for n in catalogue.names("activations") if n not in ACTIVATIONS]


def rows(loss, outputs, count=7):
    return Data(numbers([3, 0], count, 2), targets_for(loss, 4, count, outputs))


def found(layers, recipe, loss="mse", **options):
    network = Network(2, layers)
    return differences(*both(network, recipe, rows(loss, network.outputs), seeds=2, **options))


@pytest.mark.parametrize("name", [*ACTIVATIONS, "leaky_relu(slope=0.3)"])
def test_an_activation_has_the_bits_of_the_cpu(name):
    assert not found([Dense(3, name), Dense(1)], Recipe(epochs=1, batch_size=4), observe_every=1)


@pytest.mark.parametrize("name", COUPLED)
def test_a_coupled_activation_has_the_bits_of_the_cpu(name):
    layers = [Dense(2, "tanh"), Dense(3, name)]
    assert not found(layers, Recipe(epochs=1, batch_size=4), observe_every=1)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_has_the_bits_of_the_cpu(name):
    output = OUTPUTS.get(catalogue.get("losses", name).predictions, "identity")
    layers = [Dense(3, "tanh"), Dense(3, output)]
    assert not found(layers, Recipe(loss=name, epochs=1, batch_size=4), name)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_has_the_bits_of_the_cpu(name):
    layers = [Dense(2, "tanh"), Dense(1)]
    assert not found(layers, Recipe(optimizer=name, epochs=2, batch_size=4))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_has_the_bits_of_the_cpu(name):
    assert not found([Dense(1)], Recipe(schedule=name, epochs=3, batch_size=4))
