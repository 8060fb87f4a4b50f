"""Built-in scenarios with one thing broken: every outcome is a result or one sentence."""

import copy
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from terminal import call
from toml_text import DATE, literal, places, written

from fastdense import catalogue
from fastdense.measures import MEASURES
from fastdense.scenarios.scenario import names, text_of

NAMES = sorted(
    {name for kind in catalogue.CONTRACTS for name in catalogue.names(kind)}
    | {"name", "", "full", "always", "outcome", "stalled", "[/b]", "a b", "\u20ac", *MEASURES}
)
# No size between a few and far too many: what a machine could just barely hold is not tested here.
NUMBERS = st.one_of(
    st.sampled_from([-1, 0, 1, 2, 3, 5, 50, 2**62, 2**63 - 1, -(2**63)]),
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.5, 1e-300, 1e300, -1e300]),
    st.sampled_from([float("nan"), float("inf"), float("-inf")]),
)
LEAVES = st.one_of(NUMBERS, st.sampled_from(NAMES), st.booleans(), st.just(DATE))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(NAMES).filter(bool), inner, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def broken(draw):
    """A built-in scenario's tables with one to three nodes replaced, deleted or renamed."""
    table = tomllib.loads(text_of(draw(st.sampled_from(names()))))
    for _ in range(draw(st.integers(1, 2))):
        paths = list(places(table))
        if not paths:
            break
        *above, last = draw(st.sampled_from(paths))
        parent = table
        for key in above:
            parent = parent[key]
        what = draw(st.sampled_from(["replace", "replace", "replace", "delete", "rename", "copy"]))
        if what == "delete":
            del parent[last]
        elif what == "rename" and isinstance(parent, dict):
            parent[draw(st.sampled_from(NAMES).filter(bool))] = parent.pop(last)
        elif what == "copy":
            *source, key = draw(st.sampled_from(paths))
            node = table
            for step in (*source, key):
                try:
                    node = node[step]
                except (KeyError, IndexError, TypeError):
                    break
            parent[last] = copy.deepcopy(node)
        else:
            parent[last] = draw(st.one_of(alike(parent[last]), alike(parent[last]), VALUES))
    return table


def alike(value):
    """Values of the same kind, so that the first check is often passed."""
    if isinstance(value, str):
        return st.sampled_from(NAMES)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return NUMBERS
    if isinstance(value, list):
        return st.lists(st.one_of(st.sampled_from(value or [1]), NUMBERS), max_size=5)
    return VALUES


def run(table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "broken.toml"
        path.write_text(written(table), "utf-8")
        answer = call("run", path, "--seeds", 1, "--set", "recipe.epochs=1", "--json")
        assert [p.name for p in path.parent.iterdir()] == ["broken.toml"]
    return answer


@pytest.mark.parametrize("name", names())
def test_what_the_fuzzer_writes_is_what_it_read(name):
    table = tomllib.loads(text_of(name))
    assert tomllib.loads(written(table)) == table
    assert run(table).code == 0


@settings(max_examples=400)
@given(table=broken())
def test_a_broken_scenario_is_a_result_or_a_sentence(table):
    answer = run(table)
    if answer.code == 0:
        assert answer.json["schema_version"] == 2 and answer.err == ""
    else:
        assert answer.sentence


# What a user would try, and values at the edges of what can be trained.
SENSIBLE = {
    "data.count": ["1", "2", "1000"],
    "data.test": ["0", "1", "99", "100"],
    "data.seed": ["1", "9223372036854775807"],
    "data.low": ["-1e-3", "1.0", "1e19", "-1e300"],
    "data.features": ["1", "3", "2.5", "10000"],
    "data.coefficients": ["[]", "[1e308, 1e308]", "[[1]]", "[0, 0, 0, 1]"],
    "data.x": ["[1]", "[[1, 2], [3, 4]]", "[[1], [2, 3]]", "[0, 0, 0, 0, 0]",
               "[1e300, 1, 2, 3, 4]"],
    "data.y": ["[0, 1, 0, 1, 1]", "[0, 1, 2, 3, 1]", "[1e38, -1e38, 1, 1, 1]", "[0, 0, 0, 0, 0]"],
    "network.hidden": ["[]", "[1]", "3", "[7, 5, 3]", "[0]", "[4611686018427387904]"],
    "network.activation": list(catalogue.names("activations")),
    "network.output": list(catalogue.names("activations")),
    "network.dropout": ["0.0", "0.5", "0.999999", "1.0"],
    "network.weights": [*catalogue.names("initializers"),
                        "{ name = 'constant', value = 1e300 }",
                        "{ name = 'explicit', values = [[1], [2, 3]] }",
                        "{ name = 'explicit', values = [[1]] }"],
    "network.bias": [*catalogue.names("initializers"), "{ name = 'constant', value = [1, 2] }"],
    "network.outputs": ["1", "2", "1000"],
    "network.layers": ["[]", "5", "'relu'", "[{ dense = 1 }]", "[{ dropout = 0.5 }]",
                       "[{ dense = 3, activation = 'tanh' }, { dropout = 0.1 }, { dense = 1 }]"],
    "recipe.loss": [*catalogue.names("losses"), "{ name = 'huber', delta = 1e-300 }",
                    "{ name = 'huber', delta = 1e300 }",
                    "{ name = 'binary_crossentropy_clipped', clip = 0 }"],
    "recipe.optimizer": [*catalogue.names("optimizers"), "{ name = 'adam', epsilon = [1] }",
                         "{ name = 'adam', epsilon = 0 }", "{ name = 'adam', epsilon = 1e300 }"],
    "recipe.schedule": [*catalogue.names("schedules"), "{ name = 'step', every = 0 }"],
    "recipe.learning_rate": ["0", "1e-300", "1e30", "1e300", "inf", "nan", "-1"],
    "recipe.batch_size": ["1", "2", "full", "100", "101", "0"],
    "recipe.l1": ["1e300", "0.1"],
    "recipe.l2": ["1e300", "0.1"],
    "recipe.clip_value": ["1e-300", "0.1"],
    "recipe.clip_norm": ["1e300", "0.1"],
    "recipe.class_weights": ["[]", "[1]", "[0, 0]", "[0, 1]", "[1e300, 1e300]"],
    "recipe.augmentation": ["[]", "['noise']", "['rotation']", "noise", "[{ name = 'noise' }]",
                            "[{ name = 'brightness', low = 1e300, high = 0 }]"],
    "recipe.dtype": ["float32", "float64", "float16"],
    "recipe.shuffle": ["true", "false", "0"],
    "recipe.seed": ["1"],
    "learning_rate": ["0.1"],
}  # fmt: skip
ASSIGNED = st.one_of(
    *(st.tuples(st.just(path), st.sampled_from(texts)) for path, texts in SENSIBLE.items()),
    st.tuples(st.sampled_from([*SENSIBLE, "data", "outcome.tail", "", "."]), VALUES.map(literal)),
)


@settings(max_examples=300)
@given(
    name=st.sampled_from(["constant-init", "vanishing-sigmoid", "zero-rate", "single-example"]),
    assigned=st.lists(ASSIGNED, min_size=1, max_size=3),
)
@example("zero-rate", [("recipe.class_weights", "[0, 0]")])
def test_any_assignment_is_a_result_or_a_sentence(name, assigned):
    options = [word for path, value in assigned for word in ("--set", f"{path}={value}")]
    answer = call("run", name, "--seeds", 1, "--set", "recipe.epochs=1", *options, "--json")
    if answer.code == 0:
        assert answer.json["scenario"] == name and answer.err == ""
    else:
        assert answer.sentence
