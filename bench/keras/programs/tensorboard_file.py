"""The TensorBoard callback leaves event files of trainings and validations in its folder."""

import json
import os

import numpy as np
from keras import Input
from keras.callbacks import TensorBoard
from keras.layers import Dense
from keras.models import Sequential

x = np.random.RandomState(69).normal(size=(12, 2))
y = x[:, :1]
model = Sequential([Input((2,)), Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=2, verbose=0, callbacks=[TensorBoard(log_dir="logs/first")])
model.fit(
    x,
    y,
    validation_split=0.25,
    epochs=2,
    verbose=0,
    callbacks=[TensorBoard("logs/second", histogram_freq=0)],
)


def files(folder):
    """The kinds of files below a folder: their folders and the first words of their names."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            kind = ".".join(name.split(".")[:3])
            found.append([os.path.relpath(place, folder), kind])
    return sorted(found)


sizes = [
    os.path.getsize(os.path.join(place, name))
    for place, _, names in os.walk("logs")
    for name in names
]
print(
    json.dumps(
        {
            "equal": {
                "first": files("logs/first"),
                "second": files("logs/second"),
                "none is empty": min(sizes) > 100,
            }
        }
    )
)
