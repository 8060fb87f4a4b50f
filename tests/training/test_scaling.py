"""Scaled rows, and models that take and give the units of rows as they are."""

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, FastdenseError, Model, Network, Recipe, Scaling, train

KINDS = st.sampled_from(["none", "inputs", "targets", "both"])
UNITS = st.sampled_from([1e-3, 1.0, 1e4])


def network_of(inputs, outputs, draw):
    hidden = st.lists(st.integers(1, 6), min_size=0, max_size=3)
    activation = draw(st.sampled_from(strategies.HIDDEN))
    layers = [Dense(units, activation) for units in draw(hidden)]
    if draw(st.booleans()):
        layers.insert(0, Dropout(0.5))
    return Network(inputs, [*layers, Dense(outputs)])


@given(st.data(), KINDS, UNITS, UNITS)
def test_a_model_of_scaled_rows_takes_and_gives_their_own_units(data, kind, unit, other):
    inputs, outputs = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 100)))
    x = unit * (rng.normal(size=(20, inputs)) + 3)
    y = other * (rng.normal(size=(20, outputs)) - 2)
    network = network_of(inputs, outputs, data.draw)
    scaling = Scaling.of((x, y), kind)
    scaled = scaling.apply((x, y))
    model = Model(network, network.initialize(0, "float64"))
    expected = scaling.targets.undo(model.predict(scaled.inputs))
    got = scaling.into(model).predict(x)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@given(KINDS)
def test_scaled_columns_have_mean_zero_and_variance_one(kind):
    rng = np.random.default_rng(0)
    rows = Data(1e3 * rng.normal(size=(50, 3)) + 1e6, 7 * rng.normal(size=(50, 2)) - 3)
    scaled = Scaling.of(rows, kind).apply(rows)
    for name in ("inputs", "targets"):
        values, given_values = getattr(scaled, name), getattr(rows, name)
        if kind in (name, "both"):
            np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-9)
            np.testing.assert_allclose(values.std(axis=0), 1, rtol=1e-9)
        else:
            np.testing.assert_array_equal(values, given_values)


def test_a_scaled_training_predicts_in_the_units_of_its_rows(tmp_path):
    x = np.linspace(1e5, 1e5 + 50, 200)[:, np.newaxis]
    y = 1e4 + 300 * np.sin(x / 8)
    scaling = Scaling.of((x, y), "both")
    recipe = Recipe(optimizer="adam", learning_rate=0.01, epochs=300)
    run = train(Network.of(1, 32, 32, 1, activation="tanh"), recipe, scaling.apply((x, y)))
    model = scaling.into(run.model)
    assert np.abs(model.predict(x) - y).mean() < 30
    model.save(tmp_path / "model.safetensors")
    again = Model.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_what_cannot_be_undone_in_a_layer_is_refused():
    rows = np.arange(6.0)[:, np.newaxis], np.arange(6.0)[:, np.newaxis]
    network = Network.of(1, 2, 1, output="sigmoid")
    model = Model(network, network.initialize(0))
    with pytest.raises(FastdenseError, match="the output is sigmoid, behind which"):
        Scaling.of(rows, "targets").into(model)
    assert Scaling.of(rows, "inputs").into(model).predict(rows[0]).shape == (6, 1)
    with pytest.raises(FastdenseError, match="unknown data.scale 'all'"):
        Scaling.of(rows, "all")
