"""Targets (n,), (n, 1), bool, int and float32, and inputs of one feature in one dimension."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(48)
x = draw.normal(size=(17, 3))
flat = x[:, 0] + x[:, 1] > 0


def trained(features, target, loss="binary_crossentropy"):
    """The history and the last parameters from a fixed start."""
    width = features.shape[1] if features.ndim > 1 else 1
    model = Sequential([Input((width,)), Dense(1, activation="sigmoid")])
    model.set_weights([np.linspace(0.5, 1.0, width)[:, None], np.zeros(1)])
    model.compile(optimizer=SGD(learning_rate=0.5), loss=loss, metrics=["accuracy"])
    history = model.fit(features, target, epochs=3, batch_size=6, shuffle=False, verbose=0)
    predicted = model.predict(features, verbose=0)
    return [history.history, predicted.ravel().tolist(), list(predicted.shape)]


one = np.linspace(-1.0, 1.0, 17)
several = {
    "bool": trained(x, flat),
    "int": trained(x, flat.astype(int)),
    "float": trained(x, flat.astype("float32")),
    "column": trained(x, flat.astype(int)[:, None]),
    "squares, flat": trained(x, flat.astype(float), "mse"),
    "squares, column": trained(x, flat.astype(float)[:, None], "mse"),
    "one feature, flat": trained(one, (one > 0).astype(int)),
    "one feature, column": trained(one[:, None], (one > 0).astype(int)),
}
print(json.dumps({"close": several}))
