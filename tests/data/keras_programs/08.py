"""Keeping a model: save and load_model, save_weights and load_weights, get_weights and set_weights, clone_model, to_json."""

import json
import os
import tempfile

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential, clone_model, load_model, model_from_json

SEED = int(os.environ.get("SEED", "0"))
keras.utils.set_random_seed(SEED)

draw = np.random.RandomState(17)
x = draw.uniform(-1, 1, size=(200, 3))
y = np.stack([x.sum(axis=1), x.prod(axis=1)], axis=1)


def build():
    network = Sequential()
    network.add(keras.Input(shape=(3,)))
    network.add(Dense(20, activation="tanh"))
    network.add(Dense(2))
    network.compile(optimizer="adam", loss="mae")
    return network


def distance(a, b):
    return float(np.max(np.abs(a.predict(x, verbose=0) - b.predict(x, verbose=0))))


model = build()
model.fit(x, y, epochs=15, batch_size=25, verbose=0)

with tempfile.TemporaryDirectory() as folder:
    whole = os.path.join(folder, "model.keras")
    model.save(whole)
    loaded = load_model(whole)
    only = os.path.join(folder, "model.weights.h5")
    model.save_weights(only)
    filled = build()
    filled.load_weights(only)

copied = build()
before = distance(copied, model)
copied.set_weights(model.get_weights())
cloned = clone_model(model)
described = model_from_json(model.to_json())
described.set_weights(model.get_weights())

loaded.fit(x, y, epochs=1, batch_size=25, verbose=0)  # a loaded model can be trained further

print(
    json.dumps(
        {
            "program": "08",
            "loss": float(model.evaluate(x, y, verbose=0)),
            "loss_after_loading_and_one_epoch": float(loaded.evaluate(x, y, verbose=0)),
            "filled": distance(filled, model),
            "copied": distance(copied, model),
            "described": distance(described, model),
            "copied_differed_before": before > 1e-3,
            "clone_differs": distance(cloned, model) > 1e-3,
            "clone_shapes": [list(w.shape) for w in cloned.get_weights()],
            "config_units": [layer.get_config()["units"] for layer in model.layers],
        }
    )
)
