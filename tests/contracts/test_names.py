"""Names of Keras, PyTorch and scikit-learn: each is an entry's, or is answered with a sentence."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastdense import Dense, FastdenseError, Network, Recipe, catalogue
from fastdense.catalogue import Choice
from fastdense.frameworks import ANSWERS, spelling

STORED = json.loads((Path(__file__).parents[1] / "data" / "framework_names.json").read_text())
NAMES = [
    (kind, framework, name)
    for kind, table in STORED["names"].items()
    for framework, names in table.items()
    for name in names
]
ALIASES = [
    (kind, alias, name)
    for kind in catalogue.CONTRACTS
    for name in catalogue.names(kind)
    for alias in catalogue.get(kind, name).aliases
]
SENTENCES = [(kind, name) for kind, table in ANSWERS.items() for name in table]


def said_to(kind, name):
    """The entry's name, or the sentence."""
    try:
        return catalogue.get(kind, name).name
    except FastdenseError as error:
        return str(error)


@pytest.mark.parametrize(("kind", "framework", "name"), NAMES)
def test_every_name_of_a_framework_is_known(kind, framework, name):
    assert not said_to(kind, name).startswith("unknown")
    said = said_to(kind, f"its.module.{name}()")
    assert said.replace("its.module.", "").replace("()", "") == said_to(kind, name)


@pytest.mark.parametrize(("kind", "alias", "name"), ALIASES)
def test_an_alias_is_the_entry_itself(kind, alias, name):
    assert catalogue.get(kind, alias) is catalogue.get(kind, name)
    assert Choice.of(kind, alias) == Choice.of(kind, name)
    assert Choice.of(kind, alias).to_dict()["name"] == name


@pytest.mark.parametrize(("kind", "name"), SENTENCES)
def test_an_answer_names_entries_and_is_one_sentence(kind, name):
    said = said_to(kind, name)
    named = re.findall(r"(?<!\w)'(\w+)'", ANSWERS[kind][name])
    assert set(named) <= set(catalogue.names(kind))
    assert ANSWERS[kind][name] in said and len(said) < 400
    assert said[-1] != "." and "\n" not in said and name not in catalogue.names(kind)


@pytest.mark.parametrize("kind", catalogue.CONTRACTS)
def test_no_name_means_two_things(kind):
    meant = {}
    for name in catalogue.names(kind):
        for written in (name, *catalogue.get(kind, name).aliases):
            assert meant.setdefault(spelling(written), name) == name
            assert written not in ANSWERS.get(kind, {})


def test_recipes_and_networks_are_those_of_the_entries():
    ours = Recipe(loss="binary_crossentropy_logits", optimizer={"name": "sgd", "weight_decay": 0.1})
    theirs = Recipe(loss="nn.BCEWithLogitsLoss()", optimizer={"name": "SGD", "weight_decay": 0.1})
    assert theirs == ours and theirs.to_dict() == ours.to_dict()
    layers = [Dense(3, "Hardswish", weights="kaiming_normal_"), Dense(1, "linear", bias="zeros_")]
    network = Network(2, layers)
    assert network == Network(2, [Dense(3, "hard_silu", weights="he_normal"), Dense(1)])
    assert network.to_dict()["layers"][1]["activation"] == "identity"


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("losses", "MSELoss", "mse"),
        ("losses", "tf.keras.losses.MeanSquaredError()", "mse"),
        ("losses", "HuberLoss", "huber"),
        ("losses", "bce", "binary_crossentropy"),
        ("losses", "BCELoss", "is 'binary_crossentropy_bounded'"),
        ("losses", "keras.losses.binary_crossentropy", "binary_crossentropy"),
        ("losses", "bceloss", "is 'binary_crossentropy_bounded'"),
        ("losses", "CrossEntropyLoss", "'sparse_softmax_cross_entropy' for class labels"),
        ("losses", "torch.nn.functional.cross_entropy", "'softmax_cross_entropy' for targets"),
        ("losses", "CrossEntropyLos", "did you mean 'CrossEntropyLoss'?"),
        ("losses", "mean_square_error", "did you mean 'mean_squared_error'?"),
        ("losses", "xyz", "the nearest of"),
        ("optimizers", "Adam", "'adam' as PyTorch has it and 'adam_keras' as Keras"),
        ("optimizers", "adam", "adam"),
        ("optimizers", "SGD", "sgd"),
        ("optimizers", "L-BFGS", "not there"),
        ("optimizers", "adm", "did you mean 'adam'?"),
        ("activations", "ReLU", "relu"),
        ("activations", "nn.ReLU6", "relu6"),
        ("activations", "swish", "silu"),
        ("activations", "sigmod", "did you mean 'sigmoid'?"),
        ("initializers", "xavier_uniform_", "glorot_uniform"),
        ("initializers", "HeNormal", "cut at two standard deviations"),
        ("initializers", "normal_", "std = 1"),
        ("schedules", "CosineAnnealingLR", "'cosine'"),
    ],
)
def test_what_is_said_to_a_name(kind, given, expected):
    said = said_to(kind, given)
    assert said == expected or (expected in said and said not in catalogue.names(kind))


@given(st.sampled_from(sorted(catalogue.CONTRACTS)), st.text(max_size=200))
def test_any_name_is_an_entry_or_one_sentence(kind, name):
    said = said_to(kind, name)
    assert said in catalogue.names(kind) or ("\n" not in said and len(said) < 600)
