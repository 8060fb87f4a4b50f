"""The same small problem by six optimizers: the loss that each reaches, over seeds."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(106)
x = draw.normal(size=(150, 3))
y = np.sin(2.0 * x[:, 0]) + x[:, 1] * x[:, 2]


def loss(optimizer, activation="relu"):
    """The loss after twenty epochs."""
    model = Sequential()
    model.add(Dense(24, input_dim=3, activation=activation, kernel_initializer="he_uniform"))
    model.add(Dense(1))
    model.compile(loss="mse", optimizer=optimizer)
    return model.fit(x, y, epochs=20, batch_size=15, verbose=0).history["loss"][-1]


print(
    json.dumps(
        {
            "random": {
                "sgd": loss("sgd"),
                "momentum": loss(SGD(learning_rate=0.01, momentum=0.9)),
                "adam": loss("adam"),
                "rmsprop": loss("rmsprop"),
                "nadam": loss("nadam", "tanh"),
                "adamax": loss("adamax", "elu"),
            }
        }
    )
)
