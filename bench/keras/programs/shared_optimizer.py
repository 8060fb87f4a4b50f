"""One optimizer object for two models: the first trains, the second is refused."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import Adam

x = np.random.RandomState(26).normal(size=(10, 2))
y = x[:, :1] - x[:, 1:]
shared = Adam(learning_rate=0.1, epsilon=0.01)


def build(optimizer):
    """A model of one layer at a fixed start."""
    model = Sequential([Input((2,)), Dense(1)])
    model.set_weights([np.array([[0.3], [0.4]]), np.array([0.0])])
    model.compile(optimizer=optimizer, loss="mse")
    return model


def outcome(model):
    """The losses of a training, or the class of the error that ended it."""
    try:
        return model.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0).history["loss"]
    except Exception as error:
        return type(error).__name__


first, second = build(shared), build(shared)
outcomes = [outcome(first), outcome(second)]
again = outcome(first)
own = outcome(build(Adam(learning_rate=0.1, epsilon=0.01)))

print(
    json.dumps(
        {
            "equal": {"second": outcomes[1], "same object": first.optimizer is second.optimizer},
            "close": {"first": outcomes[0], "first again": again, "with its own": own},
        }
    )
)
