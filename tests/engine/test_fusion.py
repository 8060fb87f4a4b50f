"""Cross-entropies of probabilities, in both conventions: from pre-activations, and clipped."""

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, FastdenseError, Network, Recipe, catalogue, train, train_many
from fastdense.baselines import baselines

LOGITS = {
    name: catalogue.get("losses", name).logits
    for name in catalogue.names("losses")
    if catalogue.get("losses", name).logits
}
DEVICES = "cpu", "reference"


def rows(loss, outputs, count=24, seed=0):
    x = strategies.numbers(seed, count, 3).astype(np.float32)
    return Data(x, strategies.targets_for(loss, seed, count, outputs).astype(np.float32))


def ending(output, outputs, bias=0.0):
    bias = {"name": "constant", "value": bias}
    return Network(3, [Dense(4, "tanh"), Dense(outputs, output, bias=bias)])


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", LOGITS)
@settings(max_examples=15)
@given(st.integers(1, 4), st.sampled_from([0.0, 0.2]), st.integers(0, 99))
def test_it_trains_like_the_loss_of_logits(loss, output, outputs, smoothing, seed):
    data = rows(loss, outputs, seed=seed)
    recipe = Recipe(
        loss={"name": loss, "label_smoothing": smoothing}, epochs=3, batch_size=7, learning_rate=0.3
    )
    plain = recipe.replace(loss={"name": LOGITS[loss], "label_smoothing": smoothing})
    ours = train(ending(output, outputs), recipe, data, observe_every=1)
    theirs = train(ending("identity", outputs), plain, data, observe_every=1)
    assert ours.parameters.tobytes() == theirs.parameters.tobytes()
    assert ours.loss.tobytes() == theirs.loss.tobytes()
    assert ours.baselines == theirs.baselines and ours.outcome == theirs.outcome
    many = train_many(ending(output, outputs), recipe, data, seeds=2)
    assert many[0].parameters.tobytes() == ours.parameters.tobytes()
    values = catalogue.get("activations", output).spec(
        theirs.predict(data.inputs).astype(float), 0.0
    )[0]
    np.testing.assert_allclose(ours.predict(data.inputs), values, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_the_accuracy_is_that_of_the_outputs(device, output, outputs):
    data = rows("binary_crossentropy", outputs, seed=1)  # an odd seed has hard targets
    recipe = Recipe(loss="binary_crossentropy", epochs=2)
    run = train(ending(output, outputs), recipe, data, device=device)
    right = (run.predict(data.inputs) > 0.5) == (data.targets > 0.5)
    assert run.accuracy[-1] == pytest.approx(right.mean())


@pytest.mark.parametrize("device", DEVICES)
def test_one_softmax_unit_trains_from_its_pre_activation_and_never_where_it_is_clipped(device):
    """Its output is 1 whatever happens: what Keras does on TensorFlow, and on JAX or PyTorch."""
    x, y = np.arange(6.0)[:, np.newaxis], [0, 0, 0, 0, 1, 1]
    network = Network.of(1, 8, 1, activation="tanh", output="softmax")
    recipe = Recipe(loss="binary_crossentropy", learning_rate=0.3, epochs=200)
    run = train(network, recipe, (x, y), device=device)
    assert run.final_loss < 0.1 and run.accuracy[-1] == pytest.approx(2 / 6)
    assert (run.predict(x) == 1).all()
    stuck = train(
        network, recipe.replace(loss="binary_crossentropy_clipped"), (x, y), device=device
    )
    assert stuck.outcome == "frozen" and stuck.final_loss == pytest.approx(10.628, rel=0.02)


def test_a_saturated_output_recovers_from_its_pre_activation_only():
    x, y = np.zeros((4, 3)), np.zeros(4)
    network = ending("sigmoid", 1, bias=40.0)
    recipe = Recipe(loss="binary_crossentropy", learning_rate=1.0, epochs=100)
    assert train(network, recipe, (x, y)).final_loss < 0.1
    clipped = recipe.replace(loss="binary_crossentropy_clipped")
    assert train(network, clipped, (x, y)).outcome == "frozen"


@pytest.mark.parametrize("loss", LOGITS)
def test_of_other_outputs_it_is_the_clipped_one(loss):
    data = rows(loss, 3)
    network = Network(3, [Dense(4, "tanh"), Dense(3, "softplus")])
    runs = [train(network, Recipe(loss=name, epochs=3), data) for name in (loss, f"{loss}_clipped")]
    assert runs[0].parameters.tobytes() == runs[1].parameters.tobytes()
    assert runs[0].loss.tobytes() == runs[1].loss.tobytes()


@pytest.mark.parametrize("loss", LOGITS)
def test_a_clip_that_would_do_nothing_is_refused(loss):
    recipe = Recipe(loss={"name": loss, "clip": 1e-3}, epochs=1)
    with pytest.raises(FastdenseError, match=f"{loss}_clipped"):
        train(ending("softmax", 3), recipe, rows(loss, 3))


SMOOTHED = [
    name for name in catalogue.names("losses")
    if "label_smoothing" in catalogue.get("losses", name).hyper
]  # fmt: skip


@pytest.mark.parametrize("loss", SMOOTHED)
@settings(max_examples=20)
@given(st.integers(0, 99), st.sampled_from([0.1, 0.5, 0.9]))
def test_smoothed_labels_are_targets_moved_towards_the_uniform_ones(loss, seed, smoothing):
    entry = catalogue.get("losses", loss)
    outputs = 3
    p = catalogue.get("activations", "softmax").spec(strategies.numbers(seed, 9, outputs), 0.0)[0]
    y = strategies.targets_for("softmax_cross_entropy", 2 * seed + 1, 9, outputs)
    hyper = dict(entry.hyper)
    uniform = 1 / 2 if "binary" in loss else 1 / outputs
    moved = (1 - smoothing) * y + smoothing * uniform
    for ours, theirs in zip(
        entry.spec(p, y, {**hyper, "label_smoothing": smoothing}),
        entry.spec(p, moved, hyper),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)
    if entry.targets != "label":
        smoothed = Recipe(loss={"name": loss, "label_smoothing": smoothing}, dtype="float64")
        ours = baselines(Data(np.zeros(9), y), smoothed)
        theirs = baselines(Data(np.zeros(9), moved), Recipe(loss=loss, dtype="float64"))
        assert ours.constant == pytest.approx(theirs.constant, rel=1e-12)
