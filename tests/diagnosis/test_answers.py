"""What is promised of every diagnosis."""

import json
import time

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Network, Recipe, diagnose, train
from fastdense.diagnosis.case import Case
from fastdense.diagnosis.evidence import Evidence
from fastdense.diagnosis.laboratory import Laboratory, OutOfTime
from fastdense.diagnosis.search import Search
from fastdense.errors import FastdenseError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
Y = np.sin(2 * X[:, :1]) + X[:, 1:2]
NETWORK = Network.of(3, 16, 1, activation="tanh")
RECIPE = Recipe(optimizer="adam", learning_rate=1e-2, epochs=60)
STUCK = RECIPE.replace(learning_rate=1e-7)
THREE = np.digitize(X[:, 0], [-0.5, 0.5])


def plain(found):
    """What is said, times aside."""
    told = found.to_dict()
    del told["seconds"]
    return told


def first(found):
    return found.causes[0].name if found.causes else found.verdict


def quick(network, recipe, data, **more):
    return diagnose(network, recipe, data, effort="quick", **more)


def test_the_same_call_gives_the_same_answer():
    assert plain(quick(NETWORK, STUCK, (X, Y))) == plain(quick(NETWORK, STUCK, (X, Y)))


def test_a_diagnosis_changes_no_bit_of_a_training():
    before = train(NETWORK, STUCK, (X, Y))
    x, y = X.copy(), Y.copy()
    quick(NETWORK, STUCK, (X, Y))
    assert (X == x).all() and (Y == y).all()
    assert (train(NETWORK, STUCK, (X, Y)).parameters == before.parameters).all()


@pytest.mark.parametrize("recipe", [RECIPE, STUCK, RECIPE.replace(l2=3.0)])
def test_the_order_of_the_rows_changes_no_answer(recipe):
    order = RNG.permutation(len(X))
    assert first(quick(NETWORK, recipe, (X, Y))) == first(
        quick(NETWORK, recipe, (X[order], Y[order]))
    )


@pytest.mark.parametrize("rate", [1e-2, 1e-7])
def test_the_numbers_of_the_classes_change_no_answer(rate):
    network = Network.of(3, 16, 3, activation="tanh", output="softmax")
    recipe = RECIPE.replace(loss="sparse_categorical_crossentropy", learning_rate=rate)
    other = np.array([2, 0, 1])[THREE]
    assert first(quick(network, recipe, (X, THREE))) == first(quick(network, recipe, (X, other)))


@settings(max_examples=6)
@given(noise=st.floats(0.0, 2.0), width=st.integers(8, 40), seed=st.integers(0, 100))
def test_a_training_at_what_is_attainable_gets_no_cause(noise, width, seed):
    rng = np.random.default_rng(seed)
    y = X @ [[1.0], [-2.0], [0.5]] + noise * rng.normal(size=(len(X), 1))
    found = quick(Network.of(3, width, 1, activation="tanh"), RECIPE, (X, y))
    assert found.healthy and not found.causes and repr(found) == "Diagnosis(healthy)"


def test_json_is_strict_and_says_what_the_attributes_say():
    found = quick(NETWORK, STUCK, (X, Y))
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["healthy"] is False and told["outcome"] == found.outcome
    assert told["causes"][0]["label"] == "LR_LOW" and told["causes"][0]["evidence"]
    remedy = told["remedies"][0]
    assert remedy["verified"] and remedy["change"]["recipe.learning_rate"] > 1e-7
    assert remedy["after"][0] > remedy["placebo"][0] and remedy["before"] == [0, found.starts]
    assert told["recipe"]["recipe.learning_rate"] == remedy["change"]["recipe.learning_rate"]
    assert repr(found).startswith("Diagnosis(fault: rate_too_low")


def test_a_notebook_shows_it_without_obeying_its_words():
    html = quick(NETWORK, STUCK, (X, Y))._repr_html_()
    assert '<th scope="row">rate_too_low</th>' in html and "fresh starts" in html
    assert html.count("<") == html.count(">")  # the text itself has none


def test_the_settings_of_a_remedy_cure_where_they_are_pasted():
    found = quick(NETWORK, STUCK, (X, Y))
    change = found.remedies[0].change
    rate = change.pop("recipe.learning_rate")
    assert not change
    assert quick(NETWORK, STUCK.replace(learning_rate=rate), (X, Y)).healthy


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X[:1], Y[:1]),  # one row
        (X[:2], Y[:2]),
        (X, np.zeros((len(X), 1))),  # nothing to learn
        (np.hstack([X, np.ones((len(X), 1))])[:, 1:], Y),  # a constant column
        (np.zeros_like(X), Y),
    ],
    ids=["one row", "two rows", "constant targets", "constant column", "equal inputs"],
)
def test_odd_rows_get_an_answer(x, y):
    found = quick(NETWORK, RECIPE.replace(batch_size=min(32, len(x))), (x, y))
    assert found.answer.endswith(".") and json.dumps(found.to_dict(), allow_nan=False)


def test_a_hundred_layers_get_an_answer():
    deep = Network.of(3, *[4] * 100, 1, activation="sigmoid")
    found = quick(deep, RECIPE.replace(epochs=5), (X, Y))
    assert not found.healthy and "of 4 starts" in found.answer


def test_one_class_gets_an_answer():
    network = Network.of(3, 8, 2, output="softmax")
    recipe = RECIPE.replace(loss="sparse_categorical_crossentropy")
    assert quick(network, recipe, (X, np.zeros(len(X)))).answer


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"effort": "much"}, "effort"),
        ({"observed": "high"}, "observed"),
        ({"observed": float("nan")}, "observed"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(change, part):
    with pytest.raises(FastdenseError, match=part):
        diagnose(NETWORK, RECIPE, (X, Y), **change)


@pytest.mark.parametrize(
    ("observed", "mistake"),
    [
        (f"{Y.var():.4f}", "rows_mixed_up"),
        (f"{(Y**2).mean():.4f}", "output_pinned"),
        (len(Y) * float(Y.var()), "summed_loss"),
    ],
)
def test_an_observed_loss_names_the_mistake_of_a_program(observed, mistake):
    found = quick(NETWORK, RECIPE, (X, Y), observed=observed)
    assert found.verdict == "program"
    assert mistake in [one.name for one in found.causes]
    assert {one.cause.label for one in found.causes} == {"PROGRAM"}
    assert found.answer.startswith("It learns here")


def test_softmax_twice_is_known_by_its_loss():
    network = Network.of(3, 32, 3, activation="tanh", output="softmax")
    recipe = RECIPE.replace(loss="sparse_categorical_crossentropy", epochs=200)
    found = quick(network, recipe, (X, THREE), observed="0.5514")  # log(e + 2) - 1
    assert [one.name for one in found.causes] == ["softmax_twice"]


def test_a_loss_that_is_reached_here_too_is_no_mistake():
    ends = train(NETWORK, RECIPE, (X, Y)).final_loss
    assert not quick(NETWORK, RECIPE, (X, Y), observed=ends).causes


def test_a_budget_of_seconds_ends_it_with_what_is_known():
    longer = STUCK.replace(epochs=2000)
    quick(NETWORK, STUCK, (X, Y))  # kernels are compiled
    facts = []
    began = time.perf_counter()
    search = Search(
        Case.of(NETWORK, longer, (X, Y)), "thorough",
        on_fact=lambda _: facts.append(time.perf_counter() - began),
    )  # fmt: skip
    whole = search.answer()
    budget = (facts[-1] + whole.seconds) / 2  # the last fact is told before changes are tried
    found = diagnose(NETWORK, longer, (X, Y), budget=budget, effort="thorough")
    assert whole.is_whole and not found.is_whole and found.seconds < whole.seconds
    assert found.evidence.trained is not None


@pytest.mark.parametrize("rate", [0.1, 1e-5, 50.0])
@pytest.mark.parametrize("factor", [0.25, 8.0])
def test_a_loss_scaled_against_its_rate_changes_no_answer(rate, factor):
    recipe = RECIPE.replace(optimizer="sgd", learning_rate=rate)
    scaled = recipe.replace(learning_rate=rate / factor)
    heavier = Data(X, Y, np.full(len(X), factor))
    told, again = quick(NETWORK, recipe, (X, Y)), quick(NETWORK, scaled, heavier)
    assert (first(told), told.verdict) == (first(again), again.verdict)


EQUAL = Network.of(3, 16, 1, activation="tanh", weights={"name": "constant", "value": 0.2})
ROWS = np.random.default_rng(3).normal(size=(300, 3))
BENT = ROWS[:, :1] + 0.8 * np.tanh(2 * ROWS[:, 1:2])  # of which equal units learn nearly all
LONG = RECIPE.replace(epochs=150)


def test_what_leaves_more_than_it_must_has_a_cause_if_its_removal_helps():
    found = quick(EQUAL, LONG, (ROWS, BENT))
    assert np.median(found.evidence.trained.explained) > 0.8  # it is nearly good
    assert first(found) == "equal_weights" and found.cured
    told = quick(NETWORK, LONG, (ROWS, BENT))
    assert told.healthy and not told.causes


def test_a_good_training_is_healthy_where_the_search_for_more_is_broken_off(monkeypatch):
    def late(self, *_):
        raise OutOfTime

    monkeypatch.setattr(Search, "try_singles", late)
    found = quick(EQUAL, LONG, (ROWS, BENT))
    assert found.healthy and not found.is_whole and not found.causes


def test_starts_that_fail_are_told_of_a_healthy_training():
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xor = np.tile(corners, (8, 1)), np.tile([[0.0], [1.0], [1.0], [0.0]], (8, 1))
    recipe = RECIPE.replace(epochs=400, batch_size="full")
    found = diagnose(Network.of(2, 8, 1, activation="relu"), recipe, xor)
    assert found.healthy and 0.8 <= found.evidence.good.mean() < 1
    assert "The other " in found.answer


@settings(max_examples=15)
@given(strategies.trainings())
def test_whatever_is_trained_gets_an_answer(training):
    (network, recipe, rows), _ = training
    found = diagnose(network, recipe.replace(epochs=5), rows, effort="quick", seeds=2)
    assert found.answer and repr(found)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.healthy == (found.verdict == "healthy")


def test_the_last_seed_is_one_from_which_starts_are_drawn():
    recipe = STUCK.replace(seed=2**63 - 1, epochs=3)
    assert quick(NETWORK, recipe, (X, Y)).answer


def test_evidence_is_of_all_rows_where_they_are_sorted():
    """The rare class stands behind more rows than gradients are taken of."""
    rng = np.random.default_rng(0)
    y = (np.arange(4000) >= 3920).astype(float)[:, np.newaxis]
    x = rng.normal(size=(4000, 2)) + 1.2 * y
    network = Network.of(2, 8, 1, activation="tanh", output="sigmoid")
    recipe = Recipe(loss="binary_crossentropy", learning_rate=0.01, epochs=4)
    case = Case.of(network, recipe, (x, y))
    (trained,) = Laboratory(np.inf).train([case], [0, 1], observe=True)
    evidence = Evidence(case, trained, None, 0.5)
    assert evidence.recalls == {0: 1.0, 1: 0.0}
    whole = evidence.gradient(evidence.start, np.arange(4000))
    some = evidence.gradient(evidence.start)
    assert whole @ some > 0.99 * np.linalg.norm(whole) * np.linalg.norm(some)
