"""What networks, recipes and runs look like: as text, and as plain values that are read again."""

import json
import re

import numpy as np
import pytest
import strategies
from hypothesis import given, settings

from fastdense import Dense, Dropout, FastdenseError, Network, Recipe, train, train_many

X = np.linspace(-1, 1, 64)[:, np.newaxis]
NETWORK = Network.of(1, 16, 8, 1)
RECIPE = Recipe(epochs=13)


@settings(max_examples=200)
@given(strategies.networks(hidden=6), strategies.recipes(rows=40, classes=2))
def test_plain_values_and_text_are_the_network_and_the_recipe_again(network, recipe):
    for one in (network, recipe):
        assert type(one).from_dict(one.to_dict()) == one
        assert type(one).from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert eval(repr(one)) == one


@settings(max_examples=50)
@given(strategies.networks(hidden=6))
def test_a_scenario_may_say_how_many_inputs_its_data_have(network):
    table = network.to_dict()
    assert Network.from_dict(table, network.inputs, 99) == network
    with pytest.raises(FastdenseError, match="leave it out"):
        Network.from_dict(table, network.inputs + 1)


@pytest.mark.parametrize("table", [{"layers": [{"dense": 1}]}, {"hidden": 3, "outputs": 1}])
def test_a_table_without_inputs_is_read_for_data_only(table):
    assert Network.from_dict(table, 2).widths[0] == 2
    with pytest.raises(FastdenseError, match=re.escape("network.inputs is missing")):
        Network.from_dict(table)


def test_a_table_without_outputs_is_read_for_data_only():
    assert Network.from_dict({"inputs": 2, "hidden": 3}, outputs=4) == Network.of(2, 3, 4)
    with pytest.raises(FastdenseError, match=re.escape("network.outputs is missing")):
        Network.from_dict({"inputs": 2, "hidden": 3})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (NETWORK, "Network.of(1, 16, 8, 1)"),
        (Network.of(2, 1, output="sigmoid"), "Network.of(2, 1, output='sigmoid')"),
        (Network.of(1, *[8] * 20, 1), "Network.of(1, *[8] * 20, 1)"),
        (
            Network(2, [Dropout(0.5), Dense(3, "relu", l1=0.1), Dense(1, weights="zeros")]),
            "Network(2, [Dropout(0.5), Dense(3, 'relu', l1=0.1), Dense(1, weights='zeros')])",
        ),
        (Recipe(), "Recipe()"),
        (Recipe(optimizer="adam", epochs=5), "Recipe(optimizer='adam', epochs=5)"),
        (Recipe(learning_rate=0.5), "Recipe(learning_rate=0.5)"),
        (
            Recipe(optimizer={"name": "adam", "epsilon": 0.5}, ascend=True),
            "Recipe(optimizer={'name': 'adam', 'epsilon': 0.5}, ascend=True)",
        ),
    ],
)
def test_text_has_what_differs_from_the_defaults(given, text):
    assert repr(given) == text and eval(text) == given


@pytest.mark.parametrize(
    ("recipe", "options", "text"),
    [
        (RECIPE, {}, r"Run\(1-16-8-1, 13 epochs of 2 steps: \w+, loss [\d.]+ -> [\d.]+\)"),
        (
            RECIPE.replace(learning_rate=1e9),
            {},
            r".*1 epoch of 2 steps: diverged, .* -> nan\)",
        ),
        (RECIPE.replace(epochs=1, batch_size="full"), {}, r".*, 1 epoch of 1 step: .*"),
        (RECIPE.replace(epochs=0), {}, r".*, 0 epochs: frozen, loss ([\d.]+) -> \1\)"),
        (RECIPE, {"evaluate_every": 0}, r".*2 steps: not evaluated, running loss [\d.]+\)"),
        (RECIPE.replace(epochs=0), {"evaluate_every": 0}, r".*, 0 epochs: not evaluated\)"),
    ],
)
def test_a_run_says_how_it_ended(recipe, options, text):
    assert re.fullmatch(text, repr(train(NETWORK, recipe, (X, X), **options)))


def test_runs_say_how_many_ended_how():
    runs = train_many(NETWORK, RECIPE, (X, X), seeds=20, learning_rate=[[1e9], [0.0]])
    assert repr(runs) == ("Runs(2 x 20 of 1-16-8-1, 13 epochs of 2 steps: 20 diverged, 20 frozen)")
    runs = train_many(Network.of(1, *[8] * 20, 1), RECIPE, (X, X), evaluate_every=0)
    assert repr(runs) == "Runs(1 of 1-8x20-1, 13 epochs of 2 steps: not evaluated)"
