"""Callbacks: EarlyStopping with the best weights, ReduceLROnPlateau, ModelCheckpoint of the best, load_model."""

import json
import os
import tempfile

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential, load_model

SEED = int(os.environ.get("SEED", "0"))
keras.utils.set_random_seed(SEED)

draw = np.random.RandomState(41)
x = draw.normal(size=(160, 10)).astype("float32")
y = ((x[:, 0] * x[:, 1] + draw.normal(scale=0.7, size=160)) > 0).astype("float32")

model = Sequential(
    [
        keras.Input((10,)),
        Dense(48, activation="relu"),
        Dense(48, activation="relu"),
        Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "best.keras")
    history = model.fit(
        x[:120],
        y[:120],
        epochs=200,
        batch_size=16,
        verbose=0,
        validation_data=(x[120:], y[120:]),
        callbacks=[
            EarlyStopping(monitor="val_loss", patience=12, restore_best_weights=True),
            ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=4, min_lr=1e-5),
            ModelCheckpoint(path, monitor="val_loss", save_best_only=True, verbose=0),
        ],
    )
    kept = load_model(path)
    same = float(np.max(np.abs(kept.predict(x, verbose=0) - model.predict(x, verbose=0))))

val_loss = model.evaluate(x[120:], y[120:], verbose=0)[0]
best = min(history.history["val_loss"])

print(
    json.dumps(
        {
            "program": "06",
            "epochs": len(history.history["loss"]),
            "stopped_early": len(history.history["loss"]) < 200,
            "patience_kept": len(history.history["loss"])
            - 1
            - int(np.argmin(history.history["val_loss"])),
            "best_val_loss": float(best),
            "restored_minus_best": float(val_loss - best),
            "file_minus_restored": same,
            "has_learning_rate_key": "learning_rate" in history.history,
            "rate_fell": history.history["learning_rate"][-1] < history.history["learning_rate"][0],
            "keys": sorted(history.history),
        }
    )
)
