"""A whole program of Keras 1 as such were posted: XOR with SGD(lr, decay, momentum, nesterov)."""

import json
import os

import keras
import numpy as np
from keras.layers.core import Activation, Dense
from keras.models import Sequential
from keras.optimizers import SGD

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
y = np.array([[0], [1], [1], [0]], "float32")

model = Sequential()
model.add(Dense(12, input_dim=2, init="glorot_uniform"))
model.add(Activation("tanh"))
model.add(Dense(1, init="glorot_uniform"))
model.add(Activation("sigmoid"))

sgd = SGD(lr=0.1, decay=1e-3, momentum=0.9, nesterov=True)
model.compile(loss="binary_crossentropy", optimizer=sgd, metrics=["accuracy"])
history = model.fit(X, y, batch_size=1, nb_epoch=100, verbose=0)
classes = model.predict_classes(X)

print(
    json.dumps(
        {
            "equal": {
                "epochs": len(history.history["loss"]),
                "shape": list(classes.shape),
                "solved": bool((classes == y).all()),
            },
            "random": {
                "loss": history.history["loss"][-1],
                "half of the way": history.history["loss"][49],
                "first": history.history["loss"][0],
            },
        }
    )
)
