"""The arrays of a caller stay theirs: writing into them neither crashes nor rewrites results."""

import gc
import pickle
import subprocess
import sys
import textwrap
import weakref

import numpy as np
import pytest
import strategies

from fastdense import Data, Network, Recipe, catalogue, train, train_many

ROWS = 40
NETWORK = Network.of(3, 5, 4, activation="tanh")
LABELED = Recipe(loss="sparse_softmax_cross_entropy", epochs=400, batch_size=8)
PLAIN = Recipe(epochs=400, batch_size=8)

# Writes into an array while another thread trains on it, in a process that may crash.
WHILE_IT_TRAINS = """
    import threading
    import numpy as np
    from fastdense import Data, Network, Recipe, catalogue, train, train_many

    rng = np.random.default_rng(0)
    x = rng.random((40, 3), dtype=np.float32)
    labels = np.zeros((40, 1), np.float32)
    labels[:4, 0] = range(4)
    y = rng.random((40, 4), dtype=np.float32)
    order = np.arange(40)
    weights = np.ones(40)
    network = Network.of(3, 5, 4, activation="tanh")
    loss = "sparse_softmax_cross_entropy"
    labeled = Recipe(loss=loss, epochs=4000, batch_size=8, shuffle=False)
    plain = Recipe(epochs=4000, batch_size=8)

    def spoil(done, *total):
        labels[:] = rng.choice([3e6, -3e6, 1e30, np.nan, np.inf, 4, -1], labels.shape)
        order[:] = rng.choice([10**12, -(10**12), 40, -1], order.shape)
        weights[:] = rng.choice([np.nan, 1e300, -1], weights.shape)

    spoilt = dict(on_progress=spoil, order=order)
    clean = labels.copy(), order.copy(), weights.copy()
    for targets, recipe in ((labels, labeled), (y, plain)):
        for run in (train, lambda *a, **k: train_many(*a, seeds=20, **k)):
            labels[:], order[:], weights[:] = clean
            run(network, recipe, Data(x, targets, weights, (x, targets)), **spoilt)
            labels[:], order[:], weights[:] = clean
            run(network, recipe.replace(batch_size=1, epochs=400), Data(x, targets), **spoilt)
    print("survived")
"""


def test_indices_that_change_while_they_are_used_stay_inside_the_arrays():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WHILE_IT_TRAINS)],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "survived\n", (done.returncode, done.stderr[-2000:])


@pytest.mark.parametrize("spoilt", [np.nan, 4, -1, 3e6, np.inf])
def test_labels_that_come_to_name_no_class_are_learned_by_nobody(spoilt):
    """Whatever the loss makes of no class, it is no number, and the training ends as diverged."""
    losses = [name for name in catalogue.names("losses")
              if catalogue.get("losses", name).targets == "label"]  # fmt: skip
    x, _ = rows()
    for loss in losses:
        output = strategies.OUTPUTS.get(catalogue.get("losses", loss).predictions, "identity")
        network = Network.of(3, 5, 4, activation="tanh", output=output)
        for ways, batch_size in ((1, 8), (3, 8), (1, 1), (3, 1)):
            labels = np.arange(ROWS, dtype=np.float32) % 4

            def spoil(*progress, labels=labels):
                labels[:] = spoilt

            recipe = Recipe(loss=loss, epochs=10**6, batch_size=batch_size)
            if ways == 1:
                run = train(network, recipe, Data(x, labels), on_progress=spoil)
            else:
                run = train_many(network, recipe, Data(x, labels), seeds=3, on_progress=spoil)[1]
            assert run.outcome == "diverged" and np.isnan(run.loss[-1])


def trained_both_ways(data):
    yield train(NETWORK, PLAIN, data, observe_every=100)
    yield train_many(NETWORK, PLAIN, data, seeds=3)[1]


def rows():
    x = strategies.numbers(0, ROWS, 3).astype(np.float32)
    y = np.tanh(x @ strategies.numbers(1, 3, 4)).astype(np.float32)
    return x, y


def told(run):
    return run.outcome, run.baselines, run.predict(rows()[0]).tobytes()


def test_what_a_run_tells_is_what_was_true_when_it_was_trained():
    for number in range(2):
        x, y = rows()
        data = Data(x, y)
        expected = [told(run) for run in trained_both_ways(Data(*rows()))][number]
        run = [*trained_both_ways(data)][number]
        x[:], y[:] = 7.0, np.nan
        assert told(run) == expected


def test_the_floors_are_of_the_rows_as_they_are_when_the_training_begins():
    x, y = rows()
    data = Data(x, y)
    train(NETWORK, PLAIN, data)
    x[:], y[:] = 1.0, np.linspace(0, 1, y.size, dtype=np.float32).reshape(y.shape)
    fresh = [*trained_both_ways(Data(x.copy(), y.copy()))]
    for run, again in zip(trained_both_ways(data), fresh, strict=True):
        assert run.baselines == again.baselines and run.baselines.irreducible > 0.01
        assert run.outcome == again.outcome


def test_the_floors_are_those_before_the_training_although_the_rows_change_while_it_goes_on():
    x, y = rows()
    data, expected = Data(x, y), train(NETWORK, PLAIN, rows()).baselines

    def spoil(*progress):
        y[:] = 5.0

    assert train(NETWORK, PLAIN, data, on_progress=spoil).baselines == expected
    y[:] = rows()[1]
    assert train_many(NETWORK, PLAIN, data, seeds=3, on_progress=spoil).baselines == expected


def test_results_are_read_only_also_after_a_pickle():
    x, y = rows()
    for run in trained_both_ways((x, y)):
        for one in (run, pickle.loads(pickle.dumps(run))):
            before = one.predict(x)
            with pytest.raises(ValueError, match="read-only"):
                one.parameters[:] = 0
            with pytest.raises(ValueError, match="read-only"):
                one.loss[:] = 0
            assert one.predict(x).tobytes() == before.tobytes()
            assert told(one) == told(run)


def test_a_run_does_not_keep_its_rows():
    x, y = rows()
    data = Data(x, y)
    kept = [*trained_both_ways(data)]
    watched = weakref.ref(data)
    del data
    gc.collect()
    assert watched() is None and len(pickle.dumps(kept[0])) < 50_000
