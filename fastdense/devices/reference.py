"""The reference device: the NumPy specification, for tests and for reading."""

import time

import numpy as np

from fastdense import catalogue
from fastdense.errors import FastdenseError
from fastdense.numerics.streams import parts
from fastdense.reference.backward import loss_and_gradient
from fastdense.reference.forward import forward
from fastdense.reference.training import Training

__all__ = [
    "about",
    "begin",
    "begin_packs",
    "check",
    "demand",
    "lanes_of",
    "parts",
    "predictor",
    "seconds_of",
    "train_here",
    "train_packs",
]


def about():
    """Nothing that it depends on: it is NumPy, which the package requires."""
    return []


def demand():
    """It needs nothing."""


def check(task):
    """It trains all there is."""


def begin(task, threads=None):
    """The training of one network, which has not begun; see `fastdense.devices`."""
    return Session(task)


class Session:
    """A training that goes on epoch by epoch, with what is known of each."""

    def __init__(self, task):
        self.task = task
        self._training = Training(task)
        self._test = task.test_inputs.astype(float), task.test_targets.astype(float)
        self._epochs, self._curves, self._observed, self._signals = [], [], [], []
        self._penalties = []  # running, of each evaluated epoch
        self._measured = False  # what is due at this epoch
        self.done = False

    @property
    def epoch(self):
        """Epochs completed."""
        return self._training.epochs

    @property
    def steps(self):
        """Mini-batches completed."""
        return self._training.steps

    @property
    def between_epochs(self):
        """Whether the last epoch is complete, with what was to be measured after it."""
        return self._measured

    @np.errstate(all="ignore")  # a training that diverges is an outcome, not a fault
    def advance(self, until=None, until_step=None):
        """Measure what is due, or else go on for an epoch, but not beyond `until`."""
        last, training = self.task.recipe.epochs, self._training
        if not self._measured:
            self._measure()
        elif not self.done and self.epoch < (last if until is None else until):
            most = None if until_step is None else until_step - training.steps
            self._measured = not training.go_on(most)

    def advance_steps(self, count):
        """Go on for some mini-batches, and what is to be measured if they end an epoch."""
        until = self.steps + count
        while not self.done and (self.steps < until or not self._measured):
            self.advance(until_step=until)

    @property
    def parameters(self):
        """Of the network, (size,), where they stand."""
        return self._training.parameters

    @property
    def rate(self):
        """The learning rate; it may be set."""
        return self._training.rate

    @rate.setter
    def rate(self, rate):
        self._training.rate = rate

    @property
    def running_loss(self):
        """Mean loss of the epoch's samples so far, or of the last epoch's."""
        training = self._training
        if training.position:
            return float(training.total / training.position)
        return float(training.running_loss)

    @property
    def running_penalty(self):
        """Of the epoch's mini-batches so far, or of the last epoch's."""
        training = self._training
        if training.position:
            return float(training.penalties / training.position)
        return float(training.running_penalty)

    def curves(self, since):
        """Running loss, running penalty and test loss of the epochs after `since`, (3, n, 1)."""
        first = since + 1 - self._epochs[0] if self._epochs else 0
        curves = np.reshape(self._curves[first:], (-1, 5)).T
        return np.array([curves[1], self._penalties[first:], curves[3]])[:, :, np.newaxis]

    def outputs(self):
        """The rows that the steps of the epoch visited, and the outputs of each."""
        rows, outputs = self._training.visited
        width = self.task.network.outputs
        return np.array(rows, int), np.reshape(outputs, (-1, width)).astype(self.task.recipe.dtype)

    def _measure(self):
        task, training, last = self.task, self._training, self.task.recipe.epochs
        epoch, finite = training.epochs, True
        if _due(epoch, task.evaluate_every, last):
            every = task.evaluated == "all"
            loss = accuracy = np.nan
            test = np.nan, np.nan
            if every:
                data = training.inputs, training.targets, training.weights
                loss, accuracy = training.evaluate(*data)
            if every or epoch > 0:
                test = training.evaluate(*self._test, np.ones(len(self._test[0])))
            self._epochs.append(epoch)
            self._penalties.append(training.running_penalty)
            self._curves.append((loss, training.running_loss, accuracy, *test))
            finite = np.isfinite(loss) or not every
        if finite and _due(epoch, task.observe_every, last):
            self._observed.append(epoch)
            self._signals.append(training.observe())
        # Nothing that follows a loss that is not finite can change the outcome.
        self.done, self._measured = not finite or epoch == last, True

    @np.errstate(all="ignore")
    def step(self, inputs, targets, weights=None):
        """One update on a mini-batch of the caller's; returns its mean loss before it."""
        weights = np.ones(len(inputs)) if weights is None else weights
        batch = inputs.astype(float), targets.astype(float), weights
        return self._training.step(batch, self.task.steps_per_epoch) / len(inputs)

    def latest(self):
        """The last points of the curves and signals; see `devices.cpu.state.latest_of`."""
        latest, result = {}, self.result()
        if self._epochs:
            latest["epoch"] = self._epochs[-1]
            for name in ("loss", "running_loss", "accuracy", "test_loss", "test_accuracy"):
                if result[name] is not None:
                    latest[name] = float(result[name][-1])
        if self._observed:
            latest["observed_epoch"] = self._observed[-1]
            latest["signals"] = self._signals[-1]
        return latest

    def gradient(self):
        """That of the loss over all rows, (size,)."""
        training = self._training
        data = training.inputs, training.targets, training.weights
        return loss_and_gradient(self.task.network, self.task.recipe, training.parameters, *data)[1]

    @np.errstate(all="ignore")
    def result(self, final=True):
        """What `Run` takes besides the task."""
        task, training = self.task, self._training
        epochs, curves = self._epochs, self._curves
        if not task.evaluate_every:  # all there is to tell is the last epoch's running loss
            epochs = [training.epochs]
            curves = [(np.nan, training.running_loss, np.nan, np.nan, np.nan)]
        loss, running, accuracy, test_loss, test_accuracy = np.reshape(curves, (-1, 5)).T
        evaluated = task.evaluate_every > 0
        every = evaluated and task.evaluated == "all"
        classes = evaluated and task.accuracy is not None
        tested = evaluated and len(task.test_inputs) > 0
        shape = len(self._signals), len(task.network.dense)
        by_name = {
            name: np.reshape([found[name] for found in self._signals], shape)
            for name in catalogue.names("signals")
        }
        return {
            "parameters": training.parameters.astype(task.recipe.dtype),
            "epochs": np.array(epochs),
            "loss": loss if every else None,
            "running_loss": running,
            "accuracy": accuracy if classes and every else None,
            "test_loss": test_loss if tested else None,
            "test_accuracy": test_accuracy if tested and classes else None,
            "observed_epochs": np.array(self._observed, int),
            "signals": by_name,
            "steps": training.steps,
        }

    def take(self, *given):
        """It has no checkpoints, for it is there to be read."""
        raise FastdenseError("the reference device saves no trainings; take the device 'cpu'")

    put = optimizer_state = restore = take


def train_packs(jobs, stores, on_progress=None, threads=None):
    """Train the variants of several tasks one after the other; see `fastdense.devices.cpu`."""
    total, done = sum(len(variants) for _, variants in jobs), 0
    for (task, variants), store in zip(jobs, stores, strict=True):

        def count():
            nonlocal done
            done += 1
            if on_progress is not None:
                on_progress(done, total)

        train_here(task, variants, store, count)


def begin_packs(task, variants, threads=None):
    """It trains networks one by one."""
    raise FastdenseError("the reference device trains no networks side by side; take 'cpu'")


def train_here(task, variants, store, check, threads=1):
    """Train the variants of a task one after the other; `check` is called after each."""
    for row in range(len(variants)):
        session = Session(variants.task(task, row))
        while not session.done:
            session.advance()
        store(row, _as_many(session.result()))
        check()


def seconds_of(task, variants, budget):
    """How long the variants take, by one epoch of the first."""
    session = Session(variants.task(task, 0))
    started = time.perf_counter()
    while session.epoch == 0 and not session.done:
        session.advance()
    return (time.perf_counter() - started) * max(task.recipe.epochs, 1) * len(variants)


def lanes_of(task):
    """Networks that are trained side by side: one."""
    return 1


def predictor(network, parameters):
    """Outputs (n, outputs) of inputs (n, features), in the dtype of the parameters."""
    numbers = parameters.astype(float)
    return lambda inputs: forward(network, numbers, np.asarray(inputs, float))[0].astype(
        parameters.dtype
    )


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
