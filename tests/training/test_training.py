"""A training as an object: reports, single steps, results in between, and checkpoints."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from fastdense import Data, Dense, Dropout, FastdenseError, Network, Recipe, Training, train
from fastdense.kernels import layout

CURVES = "epochs", "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"
X = np.random.default_rng(0).standard_normal((60, 3), dtype=np.float32)
Y = X @ np.array([[1.0], [-2.0], [0.5]], np.float32)
NETWORK = Network.of(3, 8, 1)
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, epochs=12, batch_size=16)


def same(ours, theirs):
    for name in ("parameters", "initial_parameters", *CURVES):
        one, other = getattr(ours, name), getattr(theirs, name)
        assert (one is None) == (other is None), name
        assert one is None or one.tobytes() == other.tobytes(), name
    assert ours.steps == theirs.steps


@st.composite
def trainings(draw):
    return draw(strategies.trainings(dtype=draw(st.sampled_from(["float32", "float64"]))))


@settings(max_examples=40)
@given(trainings(), st.lists(st.integers(1, 30_000), min_size=1, max_size=20))
def test_a_training_goes_on_from_any_place_to_the_same_bits(tmp_path_factory, training, budgets):
    (network, recipe, data), options = training
    path = tmp_path_factory.mktemp("checkpoints") / "one.safetensors"
    ours = Training(network, recipe, data, **options)
    for budget in budgets:
        if ours.done:
            break
        ours._session.advance(budget)  # stops anywhere: in a step, an epoch, an evaluation
        ours.save(path)
        ours = Training.load(path, data)
    ours.advance(recipe.epochs + 1)
    same(ours.result(), train(network, recipe, data, **options))


@settings(max_examples=20)
@given(trainings(), st.integers(1, 3))
def test_reports_tell_what_the_run_tells(training, every):
    (network, recipe, data), options = training
    ours = Training(network, recipe, data, **{**options, "evaluate_every": 1})
    reports = list(ours.epochs(every))
    run = ours.result()
    same(run, train(network, recipe, data, **{**options, "evaluate_every": 1}))
    if reports:
        assert reports[-1].epoch == ours.epoch
    for report in reports:
        for name in CURVES[1:]:
            curve = getattr(run, name)
            here = getattr(report, name)
            assert (curve is None) == (here is None)
            if here is not None:
                assert here == curve[report.epoch] or np.isnan(here)


def test_who_leaves_the_loop_has_a_result_and_may_go_on():
    training = Training(NETWORK, RECIPE, (X, Y), observe_every=2)
    for report in training.epochs(every=2):
        assert set(report.signals) and report.signals["gradient_norm"].shape == (2,)
        if report.epoch == 4:
            break
    early = training.result()
    assert early.epochs[-1] == 4 and early.steps == 4 * 4
    assert early.final_loss == report.loss
    before = early.parameters.copy()
    training.advance(100)
    assert early.parameters.tobytes() == before.tobytes()  # a result is not what goes on
    same(training.result(), train(NETWORK, RECIPE, (X, Y)))
    assert training.done and list(training.epochs()) == []


def test_a_result_before_the_first_epoch_has_the_loss_at_the_start():
    run = Training(NETWORK, RECIPE, (X, Y)).result()
    assert run.epochs.tolist() == [0] and run.steps == 0
    assert run.final_loss == train(NETWORK, RECIPE, (X, Y)).initial_loss


def test_an_exception_in_between_loses_nothing():
    training = Training(NETWORK, RECIPE, (X, Y))

    def stop(epochs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.advance(5, on_progress=stop)
    training.result()
    training.advance(100)
    same(training.result(), train(NETWORK, RECIPE, (X, Y)))


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_a_device_is_asked_for_by_name(device):
    training = Training(NETWORK, RECIPE, (X, Y), device=device, evaluate_every=5)
    assert [report.epoch for report in training.epochs(every=5)] == [5, 10, 12]
    assert training.result().epochs.tolist() == [0, 5, 10, 12]


@settings(max_examples=30)
@given(st.data())
def test_steps_on_given_mini_batches_are_those_of_the_reference(draw):
    network = draw.draw(strategies.networks(dropout=True))
    recipe = draw.draw(strategies.recipes(20, network.outputs, loss="mse"))
    seed = draw.draw(st.integers(0, 1000))
    data = (
        strategies.numbers([seed, 0], 20, network.inputs),
        strategies.numbers([seed, 1], 20, network.outputs),
    )
    ours = Training(network, recipe.replace(epochs=3, class_weights=()), data)
    theirs = Training(network, ours.recipe, data, device="reference")
    for size in draw.draw(st.lists(st.integers(1, 20), min_size=1, max_size=6)):
        batch = data[0][:size], data[1][:size]
        loss, expected = ours.step(*batch), theirs.step(*batch)
        assert loss == pytest.approx(expected, rel=1e-6, abs=1e-9)
    np.testing.assert_allclose(
        ours.result().parameters, theirs.result().parameters, rtol=1e-5, atol=1e-7
    )


def test_steps_on_the_mini_batches_of_an_epoch_are_that_epoch():
    network = Network(3, [Dense(8, "tanh"), Dropout(0.2), Dense(1)])
    recipe = RECIPE.replace(shuffle=False, schedule="cosine")
    ours, epochs = Training(network, recipe, (X, Y)), Training(network, recipe, (X, Y))
    for _ in range(3):
        losses = [ours.step(X[i : i + 16], Y[i : i + 16]) for i in range(0, 60, 16)]
        epochs.advance()
        mean = np.average(losses, weights=[16, 16, 16, 12])
        assert epochs.report().running_loss == pytest.approx(mean, rel=1e-12)
    assert ours.result().parameters.tobytes() == epochs.result().parameters.tobytes()
    assert ours.result().steps == 12 and ours.epoch == 0


def test_steps_take_weights_and_are_kept_in_a_checkpoint(tmp_path):
    weights = np.linspace(0, 2, 16)
    ours = Training(NETWORK, RECIPE, (X, Y))
    ours.step(X[:16], Y[:16], weights)
    ours.save(tmp_path / "steps.safetensors")
    loaded = Training.load(tmp_path / "steps.safetensors", (X, Y))
    assert loaded.step(X[:16], Y[:16], weights) == ours.step(X[:16], Y[:16], weights)
    same(loaded.result(), ours.result())


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda t: t.step(X[:4], Y[:3]), "rows"),
        (lambda t: t.step(X[:4, :2], Y[:4]), "takes 3 inputs but the mini-batch has 2"),
        (lambda t: t.step(X[:4], np.full((4, 1), np.nan)), "NaN or infinity"),
        (lambda t: t.step(X[:4], np.full((4, 1), np.nan, np.float32)), "NaN or infinity"),
        (lambda t: t.step(X[:0], Y[:0]), "empty"),
        (lambda t: t.step("x", Y[:4]), "numbers"),
        (lambda t: t.advance(-1), "epochs is -1"),
        (lambda t: next(t.epochs(0)), "every is 0"),
        (lambda t: t.save("/nowhere/at/all"), "cannot write"),
    ],
)
def test_what_a_training_refuses(step, words):
    with pytest.raises(FastdenseError, match=words):
        step(Training(NETWORK, RECIPE, (X, Y)))


def saved(tmp_path, **changes):
    training = Training(NETWORK, RECIPE.replace(**changes), (X, Y))
    training.advance(3)
    path = tmp_path / "a.safetensors"
    training.save(path)
    return path


def test_a_checkpoint_of_other_data_is_refused(tmp_path):
    path = saved(tmp_path)
    with pytest.raises(FastdenseError, match="other data"):
        Training.load(path, (X, Y + 1))
    with pytest.raises(FastdenseError, match="3 inputs but the data have 2"):
        Training.load(path, (X[:, :2], Y))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of one checkpoint, for its length depends on how long the training took."""
    return saved(tmp_path_factory.mktemp("whole")).read_bytes()


@settings(max_examples=150)
@given(draw=st.data())
def test_a_damaged_checkpoint_is_refused_unless_it_says_the_same(tmp_path_factory, whole, draw):
    path = tmp_path_factory.mktemp("damaged") / "a.safetensors"
    content = bytearray(whole)
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(content) - 1))
        what = draw.draw(st.sampled_from(["flip", "cut", "insert"]))
        if what == "flip":
            content[at] ^= draw.draw(st.integers(1, 255))
        elif what == "cut":
            del content[at : at + draw.draw(st.integers(1, 100))]
        else:
            content[at:at] = bytes(draw.draw(st.integers(1, 50)))
        if not content:
            break
    path.write_bytes(content)
    try:
        training = Training.load(path, (X, Y))
    except FastdenseError as error:
        assert len(str(error)) <= 400
    else:  # a space in its header is another one, or what was cut out was put back
        training.advance(100)
        same(training.result(), train(NETWORK, RECIPE, (X, Y)))


KILLED = """
import sys
import time
import numpy as np
from fastdense import Network, Recipe, Training
x = np.linspace(-1, 1, 200, dtype=np.float32)[:, np.newaxis]
training = Training(Network.of(1, 64, 64, 1), Recipe(epochs=10**6, optimizer="adam"), (x, x * x))
print("begun", flush=True)
saved = time.monotonic()
while True:
    training.advance()
    if time.monotonic() - saved > 0.01:
        training.save(sys.argv[1])
        saved = time.monotonic()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX has it")
def test_a_hundred_kills_leave_a_whole_checkpoint(tmp_path):
    path = tmp_path / "kept.safetensors"
    x = np.linspace(-1, 1, 200, dtype=np.float32)[:, np.newaxis]
    waits = np.random.default_rng(0).uniform(0.0, 0.15, 100)
    for wait in waits:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "begun\n"
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if path.exists():
            Training.load(path, (x, x * x))
            for partial in set(Path(tmp_path).iterdir()) - {path}:
                partial.unlink()  # what was being written
    assert path.exists()


def test_labels_may_be_given_in_steps():
    labels = (Y[:, 0] > 0).astype(int)
    data = Data(X, labels)
    training = Training(
        Network.of(3, 4, 2), RECIPE.replace(loss="sparse_softmax_cross_entropy"), data
    )
    assert training.step(X[:8], labels[:8]) > 0
    with pytest.raises(FastdenseError, match="labels run from"):
        training.step(X[:8], labels[:8] + 5)


def test_a_checkpoint_holds_what_the_table_of_arrays_calls_state():
    """But for what is found anew, and what is measured between epochs, where none is taken."""
    recipe = RECIPE.replace(gradient_accumulation_steps=2)
    training = Training(NETWORK, recipe, (X, Y), observe_every=1)
    held = set()
    while not training.done:
        training._session.advance(budget=1)
        counters, arrays = training._session.take()
        held |= set(arrays)
    assert {"phase", "epoch", "step"} < set(counters)
    state = {array.name for array in layout.ARRAYS if array.role == "state"}
    kept_otherwise = {"state", "networks", "slots"}  # as counters; behind the parameters
    derived = {"order", "frozen", "buffers"}  # no layer here has buffers
    measured = {"hits", "partial", "sizes", "slopes", "updates", "alive", "previous"}
    settable = {"rates"}
    assert held - kept_otherwise == (state | settable) - kept_otherwise - derived - measured
