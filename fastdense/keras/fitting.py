"""One `fit`: a training of the engine, with the callbacks between its pieces."""

import math
from dataclasses import replace

import numpy as np

from fastdense.dataset import Data
from fastdense.keras import metrics
from fastdense.keras.callbacks import CallbackList, History, listed
from fastdense.keras.floats import backend
from fastdense.keras.progress import Bar
from fastdense.keras.randomness import next_seed, order_of
from fastdense.recipe import Recipe
from fastdense.training import Training


class Logs(dict):
    """Numbers by name, which are found when one of them is asked for."""

    def __init__(self, find, *given):
        self._find, self._given = find, given

    def _fill(self):
        if self._find is not None:
            find, self._find = self._find, None
            self.update(sorted(find(*self._given).items()))

    def __getitem__(self, name):
        self._fill()
        return super().__getitem__(name)

    def get(self, name, default=None):
        self._fill()
        return super().get(name, default)

    def __iter__(self):
        self._fill()
        return super().__iter__()

    def __len__(self):
        self._fill()
        return super().__len__()

    def __contains__(self, name):
        self._fill()
        return super().__contains__(name)

    def keys(self):
        self._fill()
        return super().keys()

    def values(self):
        self._fill()
        return super().values()

    def items(self):
        self._fill()
        return super().items()

    def copy(self):
        return dict(self.items())

    def __repr__(self):
        self._fill()
        return super().__repr__()


class Fit:
    """A training of a model on some rows, as long as it goes on.

    Parameters
    ----------
    model : Model
        Compiled and built.
    rows : Rows
    batch, epochs : int
    shuffle : bool
    held : Rows, optional
        To validate on.
    validation_freq : int
        Epochs between validations.
    order : ndarray, optional
        The rows that each epoch visits.
    """

    def __init__(
        self, model, rows, batch, epochs, shuffle, held=None, validation_freq=1, order=None
    ):
        self.model, self.rows, self.held = model, rows, held
        self.plan, self.optimizer = model.plan(), model.optimizer
        network = self.plan.trainable()
        self.loss = model.loss_of(rows)
        self.metrics = model.metrics_of(rows)
        self.validation_freq = validation_freq
        x = self.plan.prepared(rows.x)
        if order is None and shuffle and backend() == "tensorflow":
            order = order_of(len(x))
        self.order = order
        visits = len(x) if order is None else order.shape[1]
        self._visits, self.steps = visits, -(-visits // batch)
        self.penalized = any(layer.regularizers() for layer in self.plan.layers)
        self._bounds = [
            (layer, number, constraint)
            for layer in self.plan.layers if layer.learns
            for number, constraint in layer.constraints()
        ]  # fmt: skip
        # The engine evaluates what is held back after every epoch, if nothing more is asked.
        self._whole = held is not None and held.weights is None and validation_freq == 1
        self._whole &= not self.loss.sums
        test = (self.plan.prepared(held.x), held.y) if self._whole else None
        self._schedule = None  # one that only Python knows
        self.recipe = self._recipe(network, batch, epochs, shuffle)
        self.data = Data(x, rows.y, rows.weights, test)
        self.training = Training(
            network,
            self.recipe,
            self.data,
            parameters=self.plan.gather(self.recipe.dtype),
            order=order,
            evaluated="test",
            keep_outputs=bool(self.metrics),
            keep_penalties=self.penalized,
        )
        state = self.optimizer.states.get(model)
        if state is not None:
            self.training.optimizer_state = state
        self._stale, self._rate = False, self.optimizer.rate
        self._rows, self._squared = 0, 0.0  # of the epoch so far; see `step`
        for layer in self.plan.layers:
            layer.running = self

    def _recipe(self, network, batch, epochs, shuffle):
        optimizer = self.optimizer
        schedule, rate = "constant", optimizer.rate
        if optimizer.schedule is not None:
            rate = (
                optimizer.schedule.initial_learning_rate
                if hasattr(optimizer.schedule, "initial_learning_rate")
                else optimizer.schedule(0)
            )
            schedule = optimizer.schedule.engine(self.steps)
            if schedule is None:
                schedule, self._schedule = "constant", optimizer.schedule
        elif optimizer.decay:
            schedule = {"name": "inverse_time", "decay": optimizer.decay * self.steps}
        return Recipe(
            loss=self.loss.choice(),
            optimizer=optimizer.choice(),
            learning_rate=abs(float(rate)) if rate >= 0 else float(rate),
            ascend=bool(rate < 0),
            schedule=schedule,
            batch_size=batch,
            epochs=epochs,
            shuffle=bool(shuffle),
            reduction="sum_keras" if self.loss.sums else "mean",
            clip_value=optimizer.clipvalue or 0.0,
            clip_norm=optimizer.global_clipnorm or optimizer.clipnorm or 0.0,
            clip_each=bool(optimizer.clipnorm),
            augmentation=self.rows.augmentation,
            seed=next_seed(),
            dtype=self.model.floats,
        )

    def apart(self, callbacks):
        """What the program changes of it that the recipe does not say, in words."""
        bounds = sorted({layer.name for layer, *_ in self._bounds})
        words = [f"the constraints of {name}" for name in bounds]
        if self._schedule is not None:
            words.append(f"the schedule {type(self._schedule).__name__}")
        acting = {type(one).__name__ for one in listed(callbacks) if not one.watches}
        return [*words, *sorted(acting)]

    # What layers call while it goes on.

    def fetch(self):
        """Let the layers have the weights of now."""
        if self._stale:
            self._stale = False
            self.plan.scatter(self.training.parameters)

    def push(self):
        """Let the training go on from the weights of the layers."""
        self.training.parameters = self.plan.gather(self.recipe.dtype)

    def step(self):
        """A step, and the constraints that the engine does not know.

        Where the loss of a batch is a sum, Keras shows the mean over rows of their batch's sum.
        """
        done, before = self._rows, 0.0
        if done and self.loss.sums:
            before = self.training.running_loss * done
        self.training.advance_steps(1)
        self._stale = True
        self._rows = min(done + self.recipe.batch_size, self._visits)
        if self.loss.sums:
            own = self.training.running_loss * self._rows - before
            self._squared += (self._rows - done) * own
        if self._bounds:
            self.fetch()
            for layer, number, constraint in self._bounds:
                array = layer._arrays[number]
                array[...] = constraint(array)
            self.push()

    def end(self):
        """Leave the weights with the layers, and the optimizer's state with the optimizer."""
        self.fetch()
        for layer in self.plan.layers:
            layer.running = None
        self.optimizer.note(self.model, self.training.optimizer_state)

    # The loop.

    def run(self, callbacks, verbose, first_epoch, epochs):
        """Train to the end; returns the `History`."""
        history = History()
        everyone = [*listed(callbacks), history]
        params = {"verbose": verbose, "epochs": epochs, "steps": self.steps}
        called = CallbackList(everyone, self.model, params)
        self.model.history, self.model.stop_training = history, False
        by_batch = (
            called.methods("on_train_batch_begin", "on_batch_begin"),
            called.methods("on_train_batch_end", "on_batch_end"),
        )
        by_batch = by_batch if any(by_batch) else None
        stepwise = by_batch is not None or self._schedule is not None
        stepwise = stepwise or bool(self._bounds) or self.loss.sums
        try:
            called.call("on_train_begin", {})
            if len(everyone) == 1 and not (verbose or stepwise or self.metrics or self._odd_test()):
                self._at_once(history, first_epoch)
            else:
                logs = self._by_epochs(called, verbose, first_epoch, epochs, by_batch, stepwise)
                called.call("on_train_end", logs)
        finally:
            self.end()
        return history

    def _odd_test(self):
        return self.held is not None and (self.penalized or not self._whole)

    def _at_once(self, history, first_epoch):
        """All epochs without a stop, for nobody wants to know anything meanwhile."""
        while not self.training.done:
            self._stale = True
            self.training.advance(self.recipe.epochs)
        run = self.training.result()
        history.on_train_begin()
        history.epoch = list(range(first_epoch, first_epoch + self.recipe.epochs))
        losses = run.running_loss[1:]
        if self.penalized:
            losses = losses + self.training.curves().running_penalty
        history.history["loss"] = np.float32(losses).tolist()
        if run.test_loss is not None:
            history.history["val_loss"] = np.float32(run.test_loss[1:]).tolist()

    def _by_epochs(self, called, verbose, first_epoch, epochs, by_batch, stepwise):
        logs = {}
        for epoch in range(first_epoch, epochs):
            if verbose and epochs > 1:
                print(f"Epoch {epoch + 1}/{epochs}", flush=True)
            bar = Bar(self.steps, verbose)
            called.call("on_epoch_begin", epoch, {})
            self._epoch(called, bar, by_batch, stepwise)
            logs = dict(sorted(self.logs().items()))
            if self.held is not None and (epoch + 1) % self.validation_freq == 0:
                logs |= self._validated(called)
            for one in called.callbacks[:-1]:
                one.on_epoch_end(epoch, logs)
            bar.update(self.steps, logs, final=True)
            called.callbacks[-1].on_epoch_end(epoch, logs)
            if self.model.stop_training:
                break
        return logs

    def _epoch(self, called, bar, by_batch, stepwise):
        """The steps of an epoch."""
        training = self.training
        self._follow_rate()
        self._stale, self._rows, self._squared = True, 0, 0.0
        if self.model.stop_training:  # as Keras has it, behind the first batch
            self.step()
            return
        if not stepwise:
            if bar.verbose == 1:
                training.advance(1, lambda _: bar.update(training.steps % self.steps, {}))
            else:
                training.advance(1)
            return
        begins, ends = by_batch or ((), ())
        for batch in range(self.steps):
            for begin in begins:
                begin(batch, {})
            if begins or ends:
                self._follow_rate()
            if self._schedule is not None:
                training.learning_rate = float(self._schedule(training.steps))
            self.step()
            if ends:
                logs = Logs(self.logs)
                for end in ends:
                    end(batch, logs)
                if self.model.stop_training:
                    return

    def _follow_rate(self):
        """Take over a learning rate that a callback has set."""
        rate = self.optimizer.rate
        if rate is not self._rate and self.optimizer.schedule is None:
            self._rate = rate
            self.training.learning_rate = rate

    def logs(self):
        """Loss, with its penalties, and metrics of the epoch so far."""
        loss = self._squared / self._rows if self.loss.sums else self.training.running_loss
        logs = {"loss": _float32(loss + self.training.running_penalty)}
        if self.metrics:
            rows, outputs = self.training.outputs()
            y, weights = self.rows.y[rows], self.rows.weights
            weights = None if weights is None else weights[rows]
            given = metrics.columns(y), outputs.astype(float), weights
            logs |= _floats(metrics.named(self.metrics, *given, self.recipe.batch_size))
        return logs

    def _validated(self, called):
        """Loss and metrics of the rows that are held back."""
        called.call("on_test_begin", {})
        held, model = self.held, self.model
        _batches_of_test(called, model, held, self.recipe.batch_size)
        if self._whole:
            self.fetch()
            penalty = sum(layer.penalty() for layer in self.plan.layers)
            logs = {"loss": self.training.report().test_loss + penalty}
            logs |= model.measured(held, self.metrics, self.recipe.batch_size)
        else:
            logs = model.evaluated(held, self.recipe.batch_size)
        logs = {name: _float32(value) for name, value in sorted(logs.items())}
        called.call("on_test_end", logs)
        return {f"val_{name}": value for name, value in logs.items()}


def _called(callbacks, model, verbose, steps):
    """Callbacks of an evaluation or a prediction, or None where there are none."""
    if not callbacks:
        return None
    return CallbackList(listed(callbacks), model, {"verbose": verbose, "steps": steps})


def _batches_of_test(called, model, rows, size):
    """Call the hooks of each batch of an evaluation, with what is known behind it."""
    begins, ends = called.methods("on_test_batch_begin"), called.methods("on_test_batch_end")
    for batch in range(-(-len(rows) // size) if begins or ends else 0):
        for begin in begins:
            begin(batch, {})
        part = slice(0, (batch + 1) * size)
        logs = Logs(lambda part=part: _floats(model.evaluated(rows.part(part), size)))
        for end in ends:
            end(batch, logs)


def _floats(logs):
    return {name: _float32(value) for name, value in logs.items()}


def tested(model, rows, size, callbacks, verbose):
    """Loss and metrics of a model on some rows, sorted by name, with the callbacks' hooks."""
    called = _called(callbacks, model, verbose, -(-len(rows) // size))
    if called is not None:
        called.call("on_test_begin", {})
        _batches_of_test(called, model, rows, size)
    logs = dict(sorted(_floats(model.evaluated(rows, size)).items()))
    if called is not None:
        called.call("on_test_end", logs)
    return logs


def predicted(model, outputs, size, callbacks, verbose):
    """Call the hooks of a prediction."""
    called = _called(callbacks, model, verbose, -(-len(outputs) // size))
    if called is None:
        return
    called.call("on_predict_begin", {})
    for batch in range(-(-len(outputs) // size)):
        called.call("on_predict_batch_begin", batch, {})
        part = outputs[batch * size : (batch + 1) * size]
        called.call("on_predict_batch_end", batch, {"outputs": part})
    called.call("on_predict_end", {})


def _float32(value):
    """A number as Keras has it, as a Python float."""
    return float(np.float32(value))


def held_back(rows, share):
    """The rows to train on, and the last share of them to validate on."""
    if not 0 < share < 1:
        raise ValueError(f"validation_split is {share}; expected a share between 0 and 1")
    first = math.floor(len(rows) * (1.0 - share))
    if first == 0 or first == len(rows):
        raise ValueError(
            f"Training data contains {len(rows)} samples, which is not sufficient to split it into "
            f"a validation and training set as specified by `validation_split={share}`."
        )
    return rows.part(slice(None, first)), rows.part(slice(first, None))


def class_weighted(rows, class_weight):
    """The rows with weights by their class."""
    if not isinstance(class_weight, dict):
        raise ValueError(
            f"class_weight is {class_weight!r}; expected a dict of classes to their weights, such "
            "as {0: 1.0, 1: 5.0}"
        )
    y = rows.y
    classes = y.argmax(axis=1) if y.shape[1] > 1 else np.round(y[:, 0]).astype(int)
    weights = np.array([float(class_weight.get(int(c), 1.0)) for c in classes.tolist()])
    return replace(rows, weights=weights if rows.weights is None else weights * rows.weights)
