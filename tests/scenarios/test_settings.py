"""How an arm's tables and `--set` change the tables they stand on."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense.errors import FastdenseError
from fastdense.network import Network
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import build, load
from fastdense.settings import toml
from fastdense.settings.tables import merge

TABLES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2)),
    lambda inner: st.dictionaries(st.sampled_from(["name", "a", "b", "c"]), inner, max_size=3),
    max_leaves=8,
).filter(lambda node: isinstance(node, dict))
DATA = {"name": "inline", "x": [1, 2, 3], "y": [1, 2, 3]}


@given(base=TABLES, override=TABLES)
def test_merging_leaves_both_tables_alone(base, override):
    before = copy.deepcopy((base, override))
    merged = merge(base, override)
    assert (base, override) == before
    for key, value in override.items():
        if not isinstance(value, dict):
            assert merged[key] == value
    assert merge(base, {}) == base and merge(base, base) == base


MERGED = [
    ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
    # another entry's hyper-parameters do not carry over
    ({"o": {"name": "adam", "e": 1}}, {"o": {"name": "sgd"}}, {"o": {"name": "sgd"}}),
    ({"o": {"name": "adam", "e": 1}}, {"o": "sgd"}, {"o": "sgd"}),
    # the same entry keeps them
    (
        {"o": {"name": "adam", "e": 1}},
        {"o": {"name": "adam", "b": 2}},
        {"o": {"name": "adam", "e": 1, "b": 2}},
    ),
    ({"o": {"name": "adam", "e": 1}}, {"o": {"e": 2}}, {"o": {"name": "adam", "e": 2}}),
    ({"o": "adam"}, {"o": {"e": 2}}, {"o": {"name": "adam", "e": 2}}),
    ({"o": "adam"}, {"o": {"name": "sgd", "e": 2}}, {"o": {"name": "sgd", "e": 2}}),
    ({"name": "sine", "low": 1}, {"name": "inline", "x": [1]}, {"name": "inline", "x": [1]}),
    ({"x": [1, 2]}, {"x": [3]}, {"x": [3]}),
]


@pytest.mark.parametrize("base, override, expected", MERGED)
def test_merging_by_hand(base, override, expected):
    assert merge(base, override) == expected


def test_changes_reach_every_arm_and_no_other_scenario():
    changed = load("rate-adam", {"recipe.learning_rate": 0.5, "network.hidden": [3]})
    assert {arm.recipe.learning_rate for arm in changed.arms} == {0.5}
    assert {arm.network.layers[0].units for arm in changed.arms} == {3}
    plain = load("rate-adam")
    assert len({arm.recipe.learning_rate for arm in plain.arms}) == 2


def test_a_change_by_name_keeps_or_drops_what_belongs_to_the_entry():
    table = {"data": DATA, "recipe": {"optimizer": {"name": "adam", "epsilon": 1e-3}}}

    def optimizer(**changes):
        return build("x", table, changes=changes).arms[0].recipe.optimizer.to_dict()

    assert optimizer() == {"name": "adam", "epsilon": 1e-3}
    assert optimizer(**{"recipe.optimizer": "sgd"}) == {"name": "sgd"}
    assert optimizer(**{"recipe.optimizer.epsilon": 0.5}) == {"name": "adam", "epsilon": 0.5}
    assert table["recipe"]["optimizer"]["epsilon"] == 1e-3


DECAY = {"optimizer": {"weight_decay": 0.1}}


def test_what_belongs_to_the_default_can_be_set_alone():
    """On the command line, in an arm, or in the file."""
    for table, changes in (
        ({}, {"recipe.optimizer.weight_decay": 0.1}),
        ({}, {"optimizer.weight_decay": 0.1}),
        ({"arms": {"a": {"recipe": DECAY}}}, {}),
        ({"recipe": DECAY}, {}),
        ({"recipe": DECAY, "arms": {"a": {"recipe": {"optimizer": {"name": "sgd"}}}}}, {}),
    ):
        recipe = build("x", {"data": DATA, **table}, changes=changes).arms[0].recipe
        assert recipe.optimizer.to_dict() == {"name": "sgd", "weight_decay": 0.1}
    for path in ("optimizer.epsilon", "loss.delta", "schedule.floor"):
        with pytest.raises(FastdenseError, match="of (sgd|mse|constant)"):
            build("x", {"data": DATA}, changes={path: 0.5})
    other = {"optimizer": {"name": "adam", "epsilon": 1e-3}}
    recipe = build("x", {"data": DATA, "recipe": DECAY, "arms": {"a": {"recipe": other}}})
    assert recipe.arms[0].recipe.optimizer.to_dict() == {"name": "adam", "epsilon": 1e-3}


def test_a_comparison_stands_alone():
    table = {"data": DATA, "arms": {"a": {}, "b": {}}}
    comparison = {"measure": "final_loss", "below": "b"}
    level = {"measure": "final_loss", "below": 1.0}

    def claims(**claim):
        return build("x", {**table, "claims": [claim]}).claims

    assert claims(tests=[comparison])[0].how_often == "always"
    assert claims(tests=[level, level], how_often="often")[0].how_often == "often"
    for how_often in ("always", "often"):
        with pytest.raises(FastdenseError, match="the typical difference decides"):
            claims(tests=[comparison], how_often=how_often)
    for tests in ([comparison, level], [level, comparison], [comparison, comparison]):
        with pytest.raises(FastdenseError, match="write two claims"):
            claims(tests=tests)


def test_a_claim_about_what_is_not_there_is_refused():
    def claim(recipe, **test):
        table = {"data": DATA, "recipe": recipe, "arms": {"a": {}, "b": {}}}
        return build("x", {**table, "claims": [{"tests": [{"arm": "a", **test}]}]})

    with pytest.raises(FastdenseError, match="accuracy needs classes; mse in the arm a has none"):
        claim({}, measure="accuracy", above=0)
    with pytest.raises(FastdenseError, match="worst_recall needs classes; mse in the arm a"):
        claim({}, measure="worst_recall", above="b")
    with pytest.raises(FastdenseError, match="test_loss_rise needs test rows"):
        claim({}, measure="test_loss_rise", above=0)


def test_signals_are_measured_where_a_claim_speaks_of_them():
    def observed(**test):
        claims = [{"tests": [{"arm": "a", **test}]}]
        recipe = {"epochs": 200}
        table = {"data": DATA, "recipe": recipe, "arms": {"a": {}}, "claims": claims}
        return len(experiment(build("x", table), seeds=1).results["a"][0].run.observed_epochs)

    assert observed(measure="dead_at_end", above=0) == 101
    assert observed(measure="final_loss", above=0) == 0


def test_a_list_of_layers_stands_alone():
    layers = [{"dense": 4}, {"dense": 2}]
    assert Network.from_dict({"layers": layers}, 3, 1).outputs == 2
    repeated = Network.from_dict({"hidden": [3, 4], "depth": 2, "dropout": 0.1}, 3, 1)
    assert repeated == Network.from_dict({"hidden": [3, 4, 3, 4], "dropout": 0.1}, 3, 1)
    assert Network.from_dict({"hidden": 5, "depth": 0}, 3, 1) == Network.of(3, 1)
    assert Network.from_dict({"outputs": 2}, 3, 1).outputs == 2
    with pytest.raises(FastdenseError, match="beside layers 'outputs'"):
        Network.from_dict({"layers": layers, "outputs": 2}, 3, 2)


def test_arms_that_share_data_share_its_arrays():
    arms = load("rate-adam").arms
    assert len({id(arm.data) for arm in arms}) == 1
    arms = load("constant-init").arms
    assert len({id(arm.data) for arm in arms}) == 2


VALUES = {
    "1": 1,
    "1.5": 1.5,
    "1e-3": 1e-3,
    "true": True,
    "[1, 2]": [1, 2],
    "{ name = 'adam' }": {"name": "adam"},
    "'full'": "full",
    "full": "full",
    "a b": "a b",
    "": "",
    "1\nx = 2": "1\nx = 2",
    "1 # one": 1,
    "0x10": 16,
    "99999999999999999999": "99999999999999999999",
    "[" * 100: "[" * 100,
}


@pytest.mark.parametrize("text", VALUES)
def test_a_value_on_the_command_line_is_toml_or_text(text):
    assert toml.value(text) == VALUES[text]


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_a_text_may_end_in_quotes(quote, count):
    """And what stands behind it on its line is neither hidden nor part of it."""
    text = f"x = [{quote * 3}[[{quote * count}, {quote * 3}{quote * count}, [1]] # {quote}\ny = 2"
    end = quote * (count - 3)
    assert toml.parse(text, "mine.toml") == {"x": ["[[" + end, end, [1]], "y": 2}
    deep = text.replace("[1]", "[" * 17 + "]" * 17)
    with pytest.raises(FastdenseError, match="nested"):
        toml.parse(deep, "mine.toml")


@given(text=st.text(max_size=60))
def test_any_text_is_a_value(text):
    toml.value(text)


FRAGMENTS = ["[", "]", "{", "}", '"', "'", '"""', "'''", "\\", "#", "\n", ".", "=", ",", "a", "1"]


FRAGMENTS += [" ", "\t", "-", "\r\n", "nan", "é"]


@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=80))
def test_any_file_is_tables_or_one_sentence(parts):
    try:
        assert isinstance(toml.parse("".join(parts), "mine.toml"), dict)
    except FastdenseError as error:
        assert str(error).startswith("mine.toml ") and "\n" not in str(error)
