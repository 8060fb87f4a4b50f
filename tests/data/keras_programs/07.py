"""One-hot classes: to_categorical, categorical_crossentropy, L2 and L1 penalties, initializers by name, CSVLogger."""

import csv
import json
import os
import tempfile

import keras
import numpy as np
from keras import regularizers
from keras.callbacks import CSVLogger
from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.utils import to_categorical

SEED = int(os.environ.get("SEED", "0"))
keras.utils.set_random_seed(SEED)

draw = np.random.RandomState(5)
digits = draw.permutation(np.arange(400) % 4)
bars = np.zeros((400, 6, 6), dtype="float32")
for row, digit in enumerate(digits):  # four pictures: a bar at the top, bottom, left or right
    place = [(0, slice(None)), (5, slice(None)), (slice(None), 0), (slice(None), 5)][digit]
    bars[row][place] = 1.0
bars += draw.normal(scale=0.6, size=bars.shape).astype("float32")
targets = to_categorical(digits, num_classes=4)

model = Sequential()
model.add(Flatten(input_shape=(6, 6)))
model.add(
    Dense(
        32,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.l2(0.001),
    )
)
model.add(
    Dense(
        16,
        activation="relu",
        kernel_initializer="he_uniform",
        kernel_regularizer=regularizers.L1(0.0005),
    )
)
model.add(Dense(4, activation="softmax", kernel_initializer="glorot_normal"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "log.csv")
    history = model.fit(
        bars[:320],
        targets[:320],
        epochs=20,
        batch_size=32,
        verbose=0,
        validation_data=(bars[320:], targets[320:]),
        callbacks=[CSVLogger(path)],
    )
    with open(path, newline="") as file:
        logged = list(csv.DictReader(file))

probability = model.predict(bars[320:], verbose=0)
data_loss = float(
    -np.mean(np.sum(targets[320:] * np.log(np.clip(probability, 1e-7, 1 - 1e-7)), axis=1))
)
with_penalty = model.evaluate(bars[320:], targets[320:], verbose=0)[0]

print(
    json.dumps(
        {
            "program": "07",
            "loss": float(history.history["loss"][-1]),
            "val_accuracy": float(history.history["val_accuracy"][-1]),
            "data_loss": data_loss,
            "penalty": with_penalty - data_loss,
            "log_columns": sorted(logged[0]),
            "log_rows": len(logged),
            "log_agrees": abs(float(logged[-1]["loss"]) - history.history["loss"][-1]) < 1e-6,
            "one_hot_shape": list(targets.shape),
            "shape": list(probability.shape),
        }
    )
)
