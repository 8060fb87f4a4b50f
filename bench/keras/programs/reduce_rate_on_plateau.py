"""ReduceLROnPlateau: the rate of every epoch, which stands in the history, and what it leads to."""

import json

import numpy as np
from keras import Input
from keras.callbacks import ReduceLROnPlateau
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(64)
x = draw.normal(size=(16, 3))
y = draw.normal(size=(16, 1))


def trained(**words):
    """The history and the last parameters under this callback."""
    model = Sequential([Input((3,)), Dense(1)])
    model.set_weights([np.ones((3, 1)), np.zeros(1)])
    model.compile(SGD(learning_rate=0.4), "mse")
    history = model.fit(
        x,
        y,
        epochs=12,
        batch_size=4,
        shuffle=False,
        verbose=0,
        validation_data=(x[:5], y[:5]),
        callbacks=[ReduceLROnPlateau(**words)],
    )
    keys.append(list(history.history))
    return [history.history, [w.ravel().tolist() for w in model.get_weights()]]


keys = []
several = {
    "quick": trained(monitor="loss", factor=0.5, patience=1),
    "validation": trained(monitor="val_loss", factor=0.2, patience=2, min_lr=0.001),
    "least": trained(monitor="loss", factor=0.1, patience=1, min_lr=0.1),
    "cool": trained(monitor="loss", factor=0.5, patience=1, cooldown=3, min_delta=0.01),
    "default": trained(),
}
print(json.dumps({"equal": {"keys": keys}, "close": several}))
