"""A callback of one's own with every hook: the order of the calls, and the keys of their logs."""

import json

import numpy as np
from keras import Input
from keras.callbacks import Callback
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(67)
x = draw.normal(size=(10, 2))
y = (x[:, 0] > 0).astype(int)
calls, losses, facts = [], [], []


class Recorder(Callback):
    """Writes down every call."""

    def note(self, name, *place, logs=None):
        calls.append(" ".join([name, *map(str, place), *sorted(logs or {})]))

    def on_train_begin(self, logs=None):
        facts.append([self.params["epochs"], self.params["steps"], self.model.name])
        self.note("train begins", logs=logs)

    def on_train_end(self, logs=None):
        self.note("train ends", logs=logs)

    def on_epoch_begin(self, epoch, logs=None):
        self.note("epoch begins", epoch, logs=logs)

    def on_epoch_end(self, epoch, logs=None):
        self.note("epoch ends", epoch, logs=logs)

    def on_train_batch_begin(self, batch, logs=None):
        self.note("batch begins", batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        self.note("batch ends", batch, logs=logs)
        losses.append(float(logs["loss"]))

    def on_test_begin(self, logs=None):
        self.note("test begins", logs=logs)

    def on_test_end(self, logs=None):
        self.note("test ends", logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        self.note("test batch begins", batch, logs=logs)

    def on_test_batch_end(self, batch, logs=None):
        self.note("test batch ends", batch, logs=logs)

    def on_predict_begin(self, logs=None):
        self.note("predict begins", logs=logs)

    def on_predict_end(self, logs=None):
        self.note("predict ends", logs=logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self.note("predict batch begins", batch, logs=logs)

    def on_predict_batch_end(self, batch, logs=None):
        self.note("predict batch ends", batch, logs=logs)


def taken():
    """The calls since the last time."""
    found = list(calls)
    calls.clear()
    return found


model = Sequential([Input((2,)), Dense(1, activation="sigmoid")], name="watched")
model.set_weights([np.array([[0.5], [0.5]]), np.zeros(1)])
model.compile(SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
words = {"batch_size": 4, "verbose": 0, "callbacks": [Recorder()]}
model.fit(x, y, epochs=2, validation_data=(x[:5], y[:5]), shuffle=False, **words)
fit = taken()
model.evaluate(x, y, **words)
evaluate = taken()
model.predict(x, **words)
predict = taken()

print(
    json.dumps(
        {
            "equal": {"fit": fit, "evaluate": evaluate, "predict": predict, "facts": facts},
            "close": {"running means": losses},
        }
    )
)
