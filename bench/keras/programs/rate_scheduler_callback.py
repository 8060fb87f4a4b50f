"""LearningRateScheduler with functions of the epoch, and of the epoch and the rate."""

import json
import math

import numpy as np
from keras import Input
from keras.callbacks import LearningRateScheduler
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD, Adam

draw = np.random.RandomState(65)
x = draw.normal(size=(16, 3))
y = x @ np.array([1.0, 2.0, -1.0])
called = []


def halves(epoch):
    """Half the rate every third epoch."""
    called.append(epoch)
    return 0.1 * math.pow(0.5, math.floor(epoch / 3))


def falls(epoch, rate):
    """Falls by a tenth from the second epoch on."""
    return rate if epoch < 2 else rate * 0.9


def trained(optimizer, schedule, **words):
    """The history and the last parameters of six epochs."""
    model = Sequential([Input((3,)), Dense(1)])
    model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    model.compile(optimizer, "mse")
    callback = LearningRateScheduler(schedule)
    words = {"epochs": 6, "batch_size": 4, "shuffle": False, "verbose": 0, **words}
    history = model.fit(x, y, callbacks=[callback], **words)
    rate = float(np.asarray(model.optimizer.learning_rate))
    return [history.history, rate, [w.ravel().tolist() for w in model.get_weights()]]


several = {
    "of the epoch": trained(SGD(learning_rate=0.3), halves),
    "of both": trained(SGD(learning_rate=0.05, momentum=0.5), falls),
    "adam": trained(Adam(learning_rate=0.05), lambda epoch: 0.1 / (1 + epoch)),
    "begun late": trained(SGD(learning_rate=0.3), halves, initial_epoch=4),
}
print(
    json.dumps(
        {
            "equal": {"called with": called, "keys": list(several["of the epoch"][0])},
            "close": several,
        }
    )
)
