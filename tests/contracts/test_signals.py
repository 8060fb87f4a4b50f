"""A signal is one file: its formula, its specification, and where it is taken from."""

import pickle

import numpy as np
import pytest

import fastdense.signals
from fastdense import FastdenseError, Network, Recipe, catalogue, train, train_many
from fastdense.entry import Counts, Sums

TOY = '''"""Mean square of the parameters, weights and bias together."""

SOURCE = "A test of the contract."
UNIT = "parameter^2"
TAKEN = "parameters"


def of(sums, counts):
    return sums.parameter_squares / counts.parameters


def spec(layer):
    weights, bias = layer.parameters
    return ((weights**2).sum() + (bias**2).sum()) / (weights.size + bias.size)
'''
PLACES = {
    "gradient": {"gradient_squares"},
    "parameters": {"parameter_squares"},
    "update": {"earlier_squares", "update_squares"},
    "activations": {"dead_units", "slopes", "preactivations"},
}
X = np.linspace(-1, 1, 12)[:, np.newaxis]
NETWORK = Network.of(1, 4, 3, 1, activation="tanh")


@pytest.fixture
def toy(tmp_path, monkeypatch):
    (tmp_path / "mean_square.py").write_text(TOY)
    package = fastdense.signals
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    catalogue.names.cache_clear()
    yield "mean_square"
    catalogue.names.cache_clear()


def test_a_file_in_the_folder_is_a_signal_of_every_run(toy):
    recipe = Recipe(epochs=6, learning_rate=0.1, dtype="float64")
    run = train(NETWORK, recipe, (X, X**2), observe_every=3)
    expected = [
        sum((part**2).sum() for part in layer) / sum(part.size for part in layer)
        for layer in run.layers
    ]
    np.testing.assert_allclose(run.signals[toy][-1], expected, rtol=1e-14)
    reference = train(NETWORK, recipe, (X, X**2), observe_every=3, device="reference")
    np.testing.assert_allclose(run.signals[toy], reference.signals[toy], rtol=1e-12)
    runs = train_many(NETWORK, recipe, (X, X**2), seeds=3, observe_every=3)
    assert runs.signals[toy].shape == (3, 3, 3)
    assert runs[0].signals[toy].tobytes() == run.signals[toy].tobytes()


@pytest.mark.parametrize("name", catalogue.names("signals"))
def test_a_signal_is_taken_where_it_says(name):
    """It changes with the sums of that place, and with no others."""
    entry = catalogue.get("signals", name)
    assert entry.unit
    rng = np.random.default_rng(0)
    sums, counts = Sums(*rng.uniform(1, 2, (7, 5, 3))), Counts(9, *3 * [np.arange(1, 4)])
    value = entry.of(sums, counts)
    assert value.shape == (5, 3)
    needed = {
        field
        for field in Sums._fields
        if (entry.of(sums._replace(**{field: getattr(sums, field) * 4}), counts) != value).any()
    }
    assert needed and needed <= PLACES[entry.taken]


@pytest.mark.parametrize("seeds", [None, 3])
def test_signals_are_a_mapping_that_nobody_writes_into(seeds):
    options = {"observe_every": 2} | ({} if seeds is None else {"seeds": seeds})
    trained = (train if seeds is None else train_many)(NETWORK, Recipe(epochs=4), (X, X), **options)
    for result in (trained, pickle.loads(pickle.dumps(trained))):
        assert tuple(result.signals) == catalogue.names("signals")
        with pytest.raises(TypeError):
            result.signals["loss"] = np.zeros(3)
        for name, values in result.signals.items():
            assert values.shape[-2:] == (3, 3)
            assert values.tobytes() == trained.signals[name].tobytes()
            with pytest.raises(ValueError, match="read-only"):
                values[...] = 0


def test_a_run_that_was_not_observed_has_signals_without_rows():
    run = train(NETWORK, Recipe(epochs=2), (X, X))
    assert {values.shape for values in run.signals.values()} == {(0, 3)}


def test_a_name_that_is_no_signal_is_answered():
    with pytest.raises(FastdenseError, match="unknown signal 'gradient_norms'.*gradient_norm"):
        catalogue.get("signals", "gradient_norms")
