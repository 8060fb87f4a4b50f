"""ModelCheckpoint: which files are written, by which names, and that the best can be loaded."""

import json
import os

import numpy as np
from keras import Input
from keras.callbacks import ModelCheckpoint
from keras.layers import Dense
from keras.models import Sequential, load_model
from keras.optimizers import SGD

draw = np.random.RandomState(62)
x = draw.normal(size=(20, 3))
y = x @ np.array([1.0, -1.0, 0.5])
held = draw.normal(size=(8, 3))
held_y = held @ np.array([0.3, -0.3, 0.1])


def files(folder, name, **words):
    """The files of a training under this callback, the losses, and the model."""
    os.makedirs(folder)
    model = Sequential([Input((3,)), Dense(1)])
    model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    model.compile(SGD(learning_rate=0.01), "mse")
    history = model.fit(
        x,
        y,
        validation_data=(held, held_y),
        epochs=6,
        batch_size=5,
        shuffle=False,
        verbose=0,
        callbacks=[ModelCheckpoint(os.path.join(folder, name), **words)],
    )
    return sorted(os.listdir(folder)), history.history["val_loss"], model


each, values, _ = files("each", "model-{epoch:02d}-{val_loss:.3f}.keras")
best, _, last = files("best", "best.keras", monitor="val_loss", save_best_only=True)
improved, _, _ = files("improved", "{epoch}.keras", monitor="val_loss", save_best_only=True)
weights, _, _ = files("weights", "{epoch:03d}.weights.h5", save_weights_only=True)
old, _, _ = files("old", "best.h5", monitor="val_loss", mode="min", save_best_only=True)
by_steps, _, _ = files("steps", "{epoch}-{batch}.weights.h5", save_weights_only=True, save_freq=5)
loaded = load_model("best/best.keras")

print(
    json.dumps(
        {
            "equal": {
                "each": each,
                "best": best,
                "improved": improved,
                "weights": weights,
                "old": old,
                "by steps": by_steps,
                "the best is loaded": abs(loaded.evaluate(held, held_y, verbose=0) - min(values))
                < 1e-6,
                "the last is worse": values[-1] > min(values) + 1e-3,
            },
            "close": {
                "values": values,
                "loaded": [w.ravel().tolist() for w in loaded.get_weights()],
                "last": [w.ravel().tolist() for w in last.get_weights()],
                "of h5": load_model("old/best.h5", compile=False)
                .predict(held, verbose=0)
                .ravel()
                .tolist(),
            },
        }
    )
)
