"""A learning rate of zero: nothing moves, and the loss of every epoch is the same."""

import json

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD, Adam

draw = np.random.RandomState(24)
x = draw.normal(size=(32, 4))
y = (x[:, 0] > 0).astype(int)

moved, constant, first, start_of = {}, {}, {}, {}
for name, optimizer in {"sgd": SGD(learning_rate=0.0), "adam": Adam(learning_rate=0.0)}.items():
    model = Sequential()
    model.add(Dense(8, input_dim=4, activation="relu"))
    model.add(Dense(1, activation="sigmoid"))
    start = [
        np.random.RandomState(i).normal(size=w.shape) for i, w in enumerate(model.get_weights())
    ]
    model.set_weights(start)
    model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    history = model.fit(x, y, epochs=5, batch_size=8, shuffle=False, verbose=0).history
    weights = model.get_weights()
    moved[name] = any(np.any(a != b.astype("float32")) for a, b in zip(weights, start, strict=True))
    constant[name] = len(set(history["loss"])) == 1
    first[name] = [history["loss"][0], history["accuracy"][0]]
    start_of[name] = float(np.asarray(model.optimizer.learning_rate))

print(
    json.dumps(
        {
            "equal": {"moved": moved, "constant to the bit": constant, "rates": start_of},
            "close": {"first": first},
        }
    )
)
