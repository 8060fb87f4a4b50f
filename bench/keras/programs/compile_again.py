"""compile keeps parameters and forgets moments; fit goes on from both when called again."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(27)
x = draw.normal(size=(12, 3))
y = draw.normal(size=(12, 1))
model = Sequential([Input((3,)), Dense(3, activation="tanh", name="hidden"), Dense(1, name="last")])
start = [draw.normal(size=w.shape) for w in model.get_weights()]
model.set_weights(start)


def fit():
    """The losses of two more epochs."""
    return model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0).history["loss"]


model.compile(SGD(learning_rate=0.05, momentum=0.9), "mse")
losses = [fit(), fit()]
model.compile(SGD(learning_rate=0.05, momentum=0.9), "mse")
losses.append(fit())

model.get_layer("hidden").trainable = False
model.compile(SGD(learning_rate=0.05), "mae")
frozen = [w.copy() for w in model.get_layer("hidden").get_weights()]
losses.append(fit())
still = model.get_layer("hidden").get_weights()

print(
    json.dumps(
        {
            "equal": {
                "frozen": all(np.array_equal(a, b) for a, b in zip(frozen, still, strict=True)),
                "trainable": [len(model.trainable_weights), len(model.non_trainable_weights)],
            },
            "close": {"losses": losses, "weights": [w.tolist() for w in model.get_weights()]},
        }
    )
)
