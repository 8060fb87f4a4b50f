"""Optimizers by name: each reaches what its default settings say."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential

draw = np.random.RandomState(16)
x = draw.normal(size=(20, 4))
y = x @ draw.normal(size=(4, 1)) + 0.5
start = [0.7 * draw.normal(size=s) for s in ((4, 5), (5,), (5, 1), (1,))]

losses, weights, rates, kinds = {}, {}, {}, {}
for name in (
    "sgd",
    "SGD",
    "adam",
    "Adam",
    "rmsprop",
    "RMSprop",
    "adagrad",
    "adadelta",
    "adamax",
    "nadam",
):
    model = Sequential([Input((4,)), Dense(5, activation="tanh"), Dense(1)])
    model.set_weights(start)
    model.compile(name, "mse")
    history = model.fit(x, y, epochs=10, batch_size=10, shuffle=False, verbose=0)
    losses[name] = history.history["loss"]
    weights[name] = [w.tolist() for w in model.get_weights()]
    rates[name] = float(np.asarray(model.optimizer.learning_rate))
    kinds[name] = type(model.optimizer).__name__

default = Sequential([Input((4,)), Dense(1)])
default.compile(loss="mse")
print(
    json.dumps(
        {
            "equal": {"kinds": kinds, "default": type(default.optimizer).__name__},
            "close": {"losses": losses, "weights": weights, "rates": rates},
        }
    )
)
