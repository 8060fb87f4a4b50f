"""Dropout and GaussianNoise work in training alone, and keep the mean of what they pass."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense, Dropout, GaussianNoise
from keras.models import Sequential

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
ones = np.ones((200, 50), dtype="float32")

dropping = Sequential([keras.Input((50,)), Dropout(0.3)])
noisy = Sequential([keras.Input((50,)), GaussianNoise(0.5)])
dropped = np.asarray(dropping(ones, training=True))
noise = np.asarray(noisy(ones, training=True))
again = np.asarray(dropping(ones, training=True))

draw = np.random.RandomState(93)
x = draw.normal(size=(80, 6))
y = (x[:, 0] * x[:, 1] > 0).astype(int)
model = Sequential()
model.add(Dropout(0.2, input_shape=(6,)))
model.add(Dense(20, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=15, batch_size=16, verbose=0)
evaluated = model.evaluate(x, y, verbose=0)[0]
same = np.array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))

print(
    json.dumps(
        {
            "equal": {
                "values": [round(float(v), 5) for v in np.unique(dropped)],
                "in use": bool(np.array_equal(dropping.predict(ones, verbose=0), ones)),
                "noise in use": bool(np.array_equal(noisy.predict(ones, verbose=0), ones)),
                "drawn anew": not np.array_equal(dropped, again),
                "predictions repeat": bool(same),
                "parameters": model.count_params(),
                "rates": [model.layers[0].rate, model.layers[2].rate],
            },
            "random": {
                "dropped": float((dropped == 0).mean()),
                "mean": float(dropped.mean()),
                "noise": float(noise.std()),
                "noise mean": float(noise.mean()),
                "loss": history.history["loss"][-1],
                "evaluated": evaluated,
            },
        }
    )
)
