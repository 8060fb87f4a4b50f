"""Packages that watch PyTorch trainings of the faults: their tables, and one training."""

import importlib.util
import json
from importlib import resources

import numpy as np
import pytest

from fastdense import Network, Recipe
from fastdense.errors import FastdenseError
from fastdense_bench.diagnosis import beside, score, watched
from fastdense_bench.diagnosis.faults import Fault
from fastdense_bench.diagnosis.peers import _program, choose, find

PEERS = find()
FILE = resources.files("fastdense_bench.diagnosis").joinpath("fault_cases.json")
VOCABULARY = set(json.loads(FILE.read_text("utf-8"))["label_vocabulary"])


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_causes_are_labels_and_have_a_reason(peer):
    for name, (labels, reason) in peer.module.CAUSES.items():
        assert set(labels) <= VOCABULARY, name
        assert reason and not reason.endswith("."), name


def test_what_is_kept_has_a_cause_for_every_finding():
    results = watched.read()
    causes = {peer.name: peer.module.CAUSES for peer in PEERS}
    assert set(results["peers"]) == set(causes)
    assert set(results["cases"]) == {one.id for _, one in score.cases()[0]}
    for one in results["cases"].values():
        for name, starts in one.get("said", {}).items():
            assert len(starts) == results["starts"]
            assert {finding for said in starts for finding in said} <= set(causes[name])


def test_the_most_severe_cause_counts_and_a_symptom_is_none():
    fault = Fault("a", "a", ("LR_HIGH",), True, None, None, None)
    sound = Fault("b", "b", ("NONE",), True, None, None, None)
    wrong, right, symptom = "TP-ZERO-GRAD", "Learning rate likely too high", "TP-FLAT"
    said = {
        "training-doctor": [["Training plateau detected", right], ["Learning rate may be too low"]],
        "trainproof": [[symptom, wrong], []],
    }
    results = {"peers": list(said), "cases": {"a": {"said": said}, "b": {"said": said}}}
    rows = beside.rows(results, [(score.PUT_IN, fault), (score.PUT_IN, sound)])
    found = {name: figures for name, kind, *figures in rows if kind == score.PUT_IN}
    assert found["training-doctor"] == ["100%", "100%", "50%", "50%", "0.50"]
    assert found["trainproof"] == ["50%", "50%", "0%", "0%", "0.00"]


def test_an_unknown_peer_is_refused():
    with pytest.raises(FastdenseError, match="torchmortem"):
        choose(["torchmortm"])


needs_torch = pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="needs torch")


def frozen():
    """A training at the rate 0."""
    x = np.linspace(-1, 1, 64)[:, np.newaxis]
    recipe = Recipe(optimizer="sgd", learning_rate=0.0, epochs=40, batch_size=16)
    return Fault("frozen", "frozen", ("LR_ZERO",), True, Network.of(1, 4, 1), recipe, (x, 2 * x))


@needs_torch
def test_a_program_begins_and_trains_as_the_engine_does():
    import fastdense

    x = np.random.default_rng(0).normal(size=(40, 3))
    network = Network.of(3, 5, 1, activation="tanh")
    recipe = Recipe(optimizer="adam", epochs=3, batch_size=20, shuffle=False, l2=0.01)
    fault = Fault("a", "a", ("NONE",), True, network, recipe, (x, x[:, :1] ** 2))
    program = _program.build(fault, recipe.seed, 1000)
    losses = []

    class Watcher:
        def step(self, loss, gradient_norm):
            losses.append(loss)

    assert _program.train(program, [Watcher()]) == ""
    run = fastdense.train(network, recipe, fault.data)
    trained = np.concatenate([
        part.detach().numpy().T.ravel() for part in program.model.parameters()
    ])  # fmt: skip
    assert len(losses) == 6
    np.testing.assert_allclose(trained, run.parameters, rtol=1e-4, atol=1e-6)


@needs_torch
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
@pytest.mark.filterwarnings("default")
def test_a_peer_warns_of_a_training_that_stands_still(peer):
    if not peer.installed:
        pytest.skip(peer.install)
    result = watched.watch([peer], frozen())
    assert result["updates"] == 160 and result["ended"] == ""
    for names in result["said"][peer.name]:
        assert names and set(names) <= set(peer.module.CAUSES)


@needs_torch
def test_what_has_no_plain_words_in_pytorch_is_left_out():
    fault = frozen()
    recipe = fault.recipe.replace(clip_norm=1.0)
    odd = Fault("odd", "odd", ("NONE",), True, fault.network, recipe, fault.data)
    assert "clip_norm" in watched.watch([], odd)["left_out"]
