"""The language of changes: what paths name, in which order they are set, what a lane varies."""

import copy
import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Data, FastdenseError, Network, Recipe, catalogue, train_many
from fastdense.catalogue import Choice
from fastdense.settings import lanes
from fastdense.settings.changes import apply, assignment, tables_of
from fastdense.settings.paths import NETWORK, PARTS, RECIPE, setting

NAMED = {
    "learning_rate": "recipe.learning_rate",
    "recipe.learning_rate": "recipe.learning_rate",
    "optimizer.epsilon": "recipe.optimizer.epsilon",
    "recipe.optimizer": "recipe.optimizer",
    "network.hidden": "network.hidden",
    "network.weights.scale": "network.weights.scale",
    "data.count": "data.count",
    "data.on_test.noise": "data.on_test.noise",
    "init_scale": "init_scale",
}


@pytest.mark.parametrize("path", NAMED)
def test_a_path_names_one_setting(path):
    assert str(setting(path)) == NAMED[path] and setting(NAMED[path]) == setting(path)


@pytest.mark.parametrize(
    "path, sentence",
    [
        ("lerning_rate", "did you mean 'recipe.learning_rate'"),
        ("recipe.lerning_rate", "did you mean 'recipe.learning_rate'"),
        ("hidden", "did you mean 'network.hidden'"),
        ("network.hiden", "did you mean 'network.hidden'"),
        ("netwrk.hidden", "did you mean 'network.hidden'"),
        ("initscale", "did you mean 'init_scale'"),
        ("momentum", "did you mean 'recipe.optimizer.momentum'"),
        ("recipe.momentum", "did you mean 'recipe.optimizer.momentum'"),
        ("init_scale.x", "unknown path 'init_scale.x'"),
        ("network", "is a whole table"),
        ("", "unknown path ''"),
        ("recipe.", "unknown path 'recipe.'"),
        (".learning_rate", "unknown path '.learning_rate'"),
    ],
)
def test_a_path_that_names_nothing_is_answered_with_the_nearest(path, sentence):
    with pytest.raises(FastdenseError, match=re.escape(sentence)):
        setting(path)


def test_the_fields_of_a_network_are_those_that_its_tables_have():
    with pytest.raises(FastdenseError) as error:
        Network.from_dict({"zzzzzzzz": 1}, 1, 1)
    listed = str(error.value).partition("known: ")[2].split(", ")
    assert {*listed, "layers"} == set(NETWORK)
    assert Network.from_dict({"layers": [{"dense": 1}]}, 1, 1)


CHANGES = {
    "optimizer": "adam",
    "optimizer.epsilon": 1e-3,
    "optimizer.beta1": 0.5,
    "network.hidden": [3],
    "data.noise": 0.5,
}


@given(st.permutations(list(CHANGES)))
def test_the_order_of_changes_does_not_matter(paths):
    parts = {"recipe": {"optimizer": {"name": "sgd", "momentum": 0.9}}}
    apply(parts, {path: CHANGES[path] for path in paths})
    assert parts == {
        "recipe": {"optimizer": {"name": "adam", "epsilon": 1e-3, "beta1": 0.5}},
        "network": {"hidden": [3]},
        "data": {"noise": 0.5},
    }


def test_what_cannot_be_set():
    with pytest.raises(FastdenseError, match="expected a table"):
        apply({"recipe": {"learning_rate": 0.1}}, {"learning_rate.x": 1})
    with pytest.raises(FastdenseError, match="init_scale is no field of a table"):
        apply({}, {"init_scale": 2.0})


def test_an_arms_tables_leave_those_of_the_file_alone():
    base = {"recipe": {"optimizer": {"name": "adam", "epsilon": 1e-3}}, "network": {"hidden": [4]}}
    override = {"recipe": {"optimizer": {"beta1": 0.5}}}
    before = copy.deepcopy((base, override))
    parts = tables_of(base, override, {"optimizer.epsilon": 0.5, "network.hidden": [8]})
    assert (base, override) == before
    assert parts["recipe"]["optimizer"] == {"name": "adam", "epsilon": 0.5, "beta1": 0.5}
    assert parts["network"] == {"hidden": [8]} and set(parts) == set(PARTS)


def test_the_entries_of_a_recipe_that_names_none_are_its_own():
    """By what a recipe has, not by how its fields are annotated."""
    chosen = {
        field.name
        for field in dataclasses.fields(Recipe)
        if isinstance(getattr(Recipe(), field.name), Choice)
    }
    recipe = tables_of({}, {}, {})["recipe"]
    assert set(recipe) == chosen == {"loss", "optimizer", "schedule"}
    assert Recipe.from_dict(recipe) == Recipe()


@pytest.mark.parametrize("optimizer", catalogue.names("optimizers"))
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_what_train_many_varies_are_the_settings_that_a_lane_has(optimizer, dropout):
    network = Network.from_dict({"hidden": [3], "dropout": dropout}, 2, 1)
    recipe = Recipe(optimizer=optimizer)
    hyper = [f"optimizer.{name}" for name in recipe.optimizer.values]
    paths = [*RECIPE, *hyper, *(f"network.{name}" for name in NETWORK), "init_scale", "data.count"]
    found = {lanes.lane_of(setting(path)) for path in paths} - {None}
    assert found - (set() if dropout else {"dropout"}) == set(lanes.names_of(network, recipe))


def test_train_many_takes_these_and_names_them_otherwise():
    data = Data(np.ones((4, 2)), np.zeros((4, 1)))
    network, recipe = Network.of(2, 3, 1), Recipe(optimizer="adam", epochs=1)
    varied = dict.fromkeys(lanes.names_of(network, recipe), [0.25, 0.5])
    assert train_many(network, recipe, data, **varied).shape == (2,)
    with pytest.raises(FastdenseError, match="cannot be varied side by side"):
        train_many(network, recipe, data, epochs=[1, 2])
    with pytest.raises(FastdenseError, match="did you mean 'learning_rate'"):
        train_many(network, recipe, data, lerning_rate=[1, 2])


def test_assignments():
    assert assignment("learning_rate=0.1") == ("learning_rate", "0.1")
    assert assignment(" a = {x = 1} ") == ("a", "{x = 1}")
    assert assignment("a=") == ("a", "")
    assert assignment("a") is assignment("=1") is assignment(" =1") is assignment("") is None
