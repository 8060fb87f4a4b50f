"""The reference device: the NumPy specification run to the end, for tests and for reading."""

import numpy as np

from fastdense import catalogue
from fastdense.reference.training import Training


def train(task, on_progress=None, threads=None):
    """Train one network to the end, in one thread; see `fastdense.training.train`."""
    with np.errstate(all="ignore"):  # a training that diverges is an outcome, not a fault
        return _train(task, on_progress)


def train_packs(jobs, stores, on_progress=None, threads=None):
    """Train the variants of several tasks one after the other; see `fastdense.devices.cpu`."""
    total, done = sum(len(variants) for _, variants in jobs), 0
    for (task, variants), store in zip(jobs, stores, strict=True):
        for row in range(len(variants)):
            store(row, _as_many(train(variants.task(task, row))))
            done += 1
            if on_progress is not None:
                on_progress(done, total)


def _train(task, on_progress):
    training, last = Training(task), task.recipe.epochs
    test_inputs = task.test_inputs.astype(float)
    test_targets = task.test_targets.astype(float)
    epochs, curves, observed, signals = [], [], [], []
    finite = True
    while True:
        epoch = training.epochs
        if _due(epoch, task.evaluate_every, last):
            loss, accuracy = training.evaluate(training.inputs, training.targets, training.weights)
            test = training.evaluate(test_inputs, test_targets, np.ones(len(test_inputs)))
            epochs.append(epoch)
            curves.append((loss, training.running_loss, accuracy, *test))
            finite = np.isfinite(loss)
        if finite and _due(epoch, task.observe_every, last):
            observed.append(epoch)
            signals.append(training.observe())
        # Nothing that follows a loss that is not finite can change the outcome.
        if not finite or epoch == last:
            break
        training.epoch()
        if on_progress is not None:
            on_progress(training.epochs)

    if not task.evaluate_every:  # all there is to tell is the last epoch's running loss
        epochs, curves = [last], [(np.nan, training.running_loss, np.nan, np.nan, np.nan)]
    loss, running, accuracy, test_loss, test_accuracy = np.array(curves).T
    evaluated = task.evaluate_every > 0
    classes = evaluated and task.accuracy is not None
    tested = evaluated and len(test_inputs) > 0
    shape = len(signals), len(task.network.dense)
    by_name = {
        name: np.reshape([found[name] for found in signals], shape)
        for name in catalogue.names("signals")
    }
    return {
        "parameters": training.parameters.astype(task.recipe.dtype),
        "epochs": np.array(epochs),
        "loss": loss if evaluated else None,
        "running_loss": running,
        "accuracy": accuracy if classes else None,
        "test_loss": test_loss if tested else None,
        "test_accuracy": test_accuracy if tested and classes else None,
        "observed_epochs": np.array(observed, int),
        "signals": by_name,
        "steps": training.steps,
    }


def _due(epoch, every, last):
    return every > 0 and (epoch % every == 0 or epoch == last)


def _as_many(result):
    """The results of several networks of which there is one; see `devices/cpu/results.py`."""
    shared = "epochs", "observed_epochs"
    own = {
        name: values if values is None or name in shared else np.array([values])
        for name, values in result.items()
        if name != "signals"
    }
    signals = {name: values[np.newaxis] for name, values in result["signals"].items()}
    rows, observed = (np.array([len(result[name])]) for name in shared)
    return own | {"signals": signals, "rows": rows, "observed": observed}
