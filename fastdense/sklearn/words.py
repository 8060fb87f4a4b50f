"""Names of scikit-learn's as the engine has them, and networks of an estimator's parameters."""

from dataclasses import replace
from numbers import Integral

import numpy as np

from fastdense import catalogue
from fastdense.errors import FastdenseError, shown
from fastdense.layers.activate import Activation
from fastdense.layers.batch_normalization import BatchNormalization
from fastdense.layers.dense import Dense
from fastdense.layers.dropout import Dropout
from fastdense.network import Network

ACTIVATIONS = {"logistic": "sigmoid", "exp": "exponential"}


def activation_of(name):
    """An activation's name, checked."""
    if not isinstance(name, str):
        raise FastdenseError(f"an activation is {shown(name)}; expected a name")
    name = ACTIVATIONS.get(name, name)
    return catalogue.get("activations", name).name


def _each(name, given, layers, convert):
    """One value for every hidden layer: the same, or one of a list."""
    if isinstance(given, (list, tuple, np.ndarray)):
        if len(given) != layers:
            raise FastdenseError(
                f"{name} has {len(given)} values for {layers} hidden layers; give one for each, or "
                "one for all"
            )
        return [convert(one) for one in given]
    return [convert(given)] * layers


def hidden_sizes(given):
    """Widths of the hidden layers, as a list.

    Raises
    ------
    ValueError
        One that is not above zero.
    """
    sizes = list(given) if hasattr(given, "__iter__") else [given]
    if np.any(np.array(sizes) <= 0):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
    for size in sizes:
        if not isinstance(size, Integral):
            raise FastdenseError(f"hidden_layer_sizes are {shown(sizes)}; expected whole numbers")
    return [int(size) for size in sizes]


def network_of(estimator, features, head):
    """The network that is trained, and the same as it predicts."""
    sizes = hidden_sizes(estimator.hidden_layer_sizes)
    activations = _each("activation", estimator.activation, len(sizes), activation_of)
    rates = _each("dropout", estimator.dropout, len(sizes), float)
    layers = []
    for size, activation, rate in zip(sizes, activations, rates, strict=True):
        if estimator.batch_normalization:
            layers += [Dense(size), BatchNormalization(), Activation(activation)]
        else:
            layers.append(Dense(size, activation))
        if rate:
            layers.append(Dropout(rate))
    last = Dense(head.outputs, head.trained)
    trained = Network(features, [*layers, last])
    if head.predicted == head.trained:
        return trained, trained
    return trained, Network(features, [*layers, replace(last, activation=head.predicted)])


def _nothing(distribution, seeds, purpose, layer, epoch, count):
    """In the place of random numbers that nobody would see."""
    yield slice(None), slice(None), np.zeros((len(seeds), count))


def initialized(estimator, network, dtype, random_state):
    """Initial parameters (size,): of dense layers those that scikit-learn draws."""
    flat = network.initialize(0, dtype, _nothing)
    given, dense = estimator.activation, network.split_dense(flat)
    names = _each("activation", given, len(dense) - 1, activation_of)
    names.append(activation_of(given) if isinstance(given, str) else "")
    for (weights, bias), name in zip(dense, names, strict=True):
        factor = 2.0 if name == "sigmoid" else 6.0
        bound = np.sqrt(factor / sum(weights.shape))
        weights[:] = random_state.uniform(-bound, bound, weights.shape)
        bias[:] = random_state.uniform(-bound, bound, bias.shape)
    return flat
