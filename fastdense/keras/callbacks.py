"""What is called while a model is trained."""

import csv
import inspect
import math
import os
from collections.abc import Iterable

import numpy as np

from fastdense.files.events import EventFile
from fastdense.keras.refused import refusing

HOOKS = (
    "on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end", "on_train_batch_begin",
    "on_train_batch_end", "on_test_begin", "on_test_end", "on_test_batch_begin",
    "on_test_batch_end", "on_predict_begin", "on_predict_end", "on_predict_batch_begin",
    "on_predict_batch_end",
)  # fmt: skip


class Callback:
    """Own ones define some of its methods; each is given logs, a dict of numbers."""

    def __init__(self):
        self._model, self.params, self.validation_data = None, {}, None

    params: dict = {}
    _model = None
    watches = False  # it changes nothing of a training

    @property
    def model(self):
        return self._model

    def set_model(self, model):
        self._model = model

    def set_params(self, params):
        self.params = params

    def on_batch_begin(self, batch, logs=None):
        pass

    def on_batch_end(self, batch, logs=None):
        pass

    def on_train_batch_begin(self, batch, logs=None):
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self.on_batch_end(batch, logs)


def _nothing(self, *_, **__):
    pass


for _hook in HOOKS:
    if not hasattr(Callback, _hook):
        setattr(Callback, _hook, _nothing)


class CallbackList:
    """Some callbacks as one."""

    def __init__(self, callbacks, model, params):
        self.callbacks = list(callbacks)
        for one in self.callbacks:
            one.set_model(model)
            one.set_params(params)

    def methods(self, *hooks):
        """What is done at the first of some hooks, by those that do something at any of them."""
        found = []
        for one in self.callbacks:
            usual = (getattr(Callback, hook) for hook in hooks)
            own = (getattr(one, hook, None) for hook in hooks)
            if any(getattr(o, "__func__", o) is not u for o, u in zip(own, usual, strict=True)):
                found.append(getattr(one, hooks[0]))
        return found

    def call(self, hook, *given):
        for one in self.callbacks:
            method = getattr(one, hook, None)
            if method is not None:
                method(*given)


def listed(callbacks):
    """One callback or some as a list."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, Iterable) else [callbacks]


class _ByOldNames(dict):
    """Lists by name; what is now "accuracy" was "acc" in Keras 1 and 2."""

    def __missing__(self, name):
        new = name.replace("acc", "accuracy") if isinstance(name, str) else name
        if new != name and new in self:
            return self[new]
        raise KeyError(name)


class History(Callback):
    """The logs of all epochs."""

    watches = True

    def __init__(self):
        super().__init__()
        self.history, self.epoch = _ByOldNames(), []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class _Watching(Callback):
    """One that looks at a number of the logs, which is to fall or to rise."""

    monitor = "val_loss"
    mode = "auto"

    def _begin(self, mode):
        if mode not in ("auto", "min", "max"):
            mode = "auto"
        self.mode = mode

    def _rises(self):
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        return name.endswith(("acc", "accuracy", "auc", "precision", "recall")) or name in (
            "true_positives", "true_negatives"
        )  # fmt: skip

    def _improves(self, value, best, least=0.0):
        return value > best + least if self._rises() else value < best - least

    def _worst(self):
        return -math.inf if self._rises() else math.inf

    def _value(self, logs):
        value = (logs or {}).get(self.monitor)
        if value is None:
            known = ",".join((logs or {}).keys())
            self.model.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not available. "
                f"Available metrics are: {known}"
            )
        return value


class EarlyStopping(_Watching):
    """Ends a training that does not improve any more.

    Beside Keras's arguments there are `check_finite`, which ends one whose number is not finite,
    and `stopping_threshold`, which ends one that is good enough.
    """

    def __init__(
        self, monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None,
        restore_best_weights=False, start_from_epoch=0, check_finite=False,
        stopping_threshold=None,
    ):  # fmt: skip
        super().__init__()
        self.monitor, self.min_delta, self.patience = monitor, abs(min_delta), patience
        self.verbose, self.baseline = verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.check_finite, self.stopping_threshold = check_finite, stopping_threshold
        self._begin(mode)
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best, self.best_weights = None, None

    def on_epoch_end(self, epoch, logs=None):
        value = self._value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.best is None:
            self.best = self._worst()
        if self.check_finite and not np.isfinite(value):
            self._stop(epoch)
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self._improves(value, self.best, self.min_delta):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._improves(value, self.baseline, self.min_delta):
                self.wait = 0
            if self.stopping_threshold is not None and self._improves(
                value, self.stopping_threshold
            ):
                self._stop(epoch)
            return
        if self.wait >= self.patience and epoch > 0:
            self._stop(epoch)

    def _stop(self, epoch):
        self.stopped_epoch = epoch
        self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)


class ModelCheckpoint(_Watching):
    """Keeps the model, or its weights, in files."""

    watches = True

    def __init__(
        self, filepath, monitor="val_loss", verbose=0, save_best_only=False,
        save_weights_only=False, mode="auto", save_freq="epoch", initial_value_threshold=None,
        period=1,
    ):  # fmt: skip
        super().__init__()
        self.filepath, self.monitor, self.verbose = os.fspath(filepath), monitor, verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        if save_freq != "epoch":
            save_freq = int(save_freq)
        self.save_freq, self.period = save_freq, int(period)
        self.best = initial_value_threshold
        self._steps = 0
        self._begin(mode)
        if save_freq != "epoch":
            self.on_train_batch_end = self._after_batch

    def _after_batch(self, batch, logs=None):
        self._steps += 1
        if self._steps % self.save_freq == 0:
            self._save(self._epoch, logs, batch)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch" and (epoch + 1) % self.period == 0:
            self._save(epoch, logs)

    def _save(self, epoch, logs, batch=None):
        logs = dict(logs or {})
        if batch is not None:
            logs["batch"] = batch + 1
        try:
            path = self.filepath.format(epoch=epoch + 1, **logs)
        except KeyError as error:
            raise KeyError(
                f"the path {self.filepath!r} names {error}, which is not among the logs: "
                f"{', '.join(logs)}"
            ) from None
        if self.save_best_only:
            value = self._value(logs)
            if value is None:
                return
            best = self._worst() if self.best is None else self.best
            if not self._improves(value, best):
                self._say(epoch, f"{self.monitor} did not improve from {best:.5f}")
                return
            self._say(
                epoch,
                f"{self.monitor} improved from {best:.5f} to {value:.5f}, saving model to {path}",
            )
            self.best = value
        else:
            self._say(epoch, f"saving model to {path}")
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _say(self, epoch, text):
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: {text}")


class CSVLogger(Callback):
    """Writes the logs of each epoch into a file."""

    watches = True

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self._file = self._writer = None

    def on_train_begin(self, logs=None):
        header = not (
            self.append and os.path.exists(self.filename) and os.path.getsize(self.filename)
        )
        self._file = open(self.filename, "a" if self.append else "w", newline="")
        self._header, self._writer = header, None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self._writer is None:
            self._names = sorted(logs)
            if not any(name.startswith("val_") for name in self._names):
                self._names += [f"val_{name}" for name in self._names]  # as Keras does
            self._writer = csv.DictWriter(
                self._file, ["epoch", *self._names], delimiter=self.separator, restval="NA",
                extrasaction="ignore", lineterminator="\n",
            )  # fmt: skip
            if self._header:
                self._writer.writeheader()
        self._writer.writerow(
            {"epoch": epoch, **{name: logs.get(name, "NA") for name in self._names}}
        )
        self._file.flush()

    def on_train_end(self, logs=None):
        if self._file is not None:
            self._file.close()
            self._file = self._writer = None


class TerminateOnNaN(Callback):
    """Ends a training whose loss is not finite."""

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class ReduceLROnPlateau(_Watching):
    """Lowers the learning rate of a training that does not improve any more."""

    def __init__(
        self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4,
        cooldown=0, min_lr=0.0, epsilon=None,
    ):  # fmt: skip
        super().__init__()
        if factor >= 1.0:
            raise ValueError(f"factor of ReduceLROnPlateau is {factor}; expected less than 1")
        self.monitor, self.factor, self.patience = monitor, factor, patience
        self.verbose, self.min_delta = verbose, min_delta if epsilon is None else epsilon
        self.cooldown, self.min_lr = cooldown, min_lr
        self._begin(mode)
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.best, self.wait, self.cooldown_counter = self._worst(), 0, 0

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        rate = float(self.model.optimizer.learning_rate)
        logs["learning_rate"] = rate
        value = self._value(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._improves(value, self.best, self.min_delta):
            self.best, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience and rate > np.float32(self.min_lr):
                lower = max(rate * self.factor, self.min_lr)
                self.model.optimizer.learning_rate = lower
                if self.verbose > 0:
                    print(
                        f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {lower}."
                    )
                self.cooldown_counter, self.wait = self.cooldown, 0


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch by a function of it, and of the last rate."""

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose
        try:
            parameters = inspect.signature(schedule).parameters.values()
            places = [
                p for p in parameters if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD
            ]
            self._both = len(places) != 1
        except (TypeError, ValueError):
            self._both = True

    def on_epoch_begin(self, epoch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        rate = self.schedule(epoch, rate) if self._both else self.schedule(epoch)
        if not np.isscalar(rate) and np.ndim(rate) != 0:
            raise ValueError(f"the schedule gave {rate!r}; expected a number")
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class LambdaCallback(Callback):
    """Functions as a callback."""

    def __init__(
        self, on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None,
        on_train_batch_begin=None, on_train_batch_end=None, on_batch_begin=None,
        on_batch_end=None, **others,
    ):  # fmt: skip
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin, "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin or on_batch_begin,
            "on_train_batch_end": on_train_batch_end or on_batch_end, **others,
        }  # fmt: skip
        for hook, function in given.items():
            if function is not None:
                setattr(self, hook, function)


class TensorBoard(Callback):
    """Writes the logs as event files, which TensorBoard reads."""

    watches = True

    def __init__(self, log_dir="logs", update_freq="epoch", **others):
        super().__init__()
        self.log_dir, self.update_freq = os.fspath(log_dir), update_freq
        self._files = {}

    def on_train_begin(self, logs=None):
        self._files = {}

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            tested = name.startswith("val_")
            part = "validation" if tested else "train"
            if part not in self._files:
                self._files[part] = EventFile(os.path.join(self.log_dir, part))
            tag = "epoch_" + name.removeprefix("val_")
            self._files[part].write(tag, float(value), epoch)

    def on_train_end(self, logs=None):
        for file in self._files.values():
            file.close()


class ProgbarLogger(Callback):
    """`fit` prints its progress by itself, as `verbose` says."""

    watches = True

    def __init__(self, *_, **__):
        super().__init__()


class BaseLogger(ProgbarLogger):
    """Of Keras 2: means are always taken."""


__getattr__ = refusing(
    "keras.callbacks",
    {
        "it needs a service or a file of its own": "RemoteMonitor BackupAndRestore SwapEMAWeights "
        "OrbaxCheckpoint",
    },
)
