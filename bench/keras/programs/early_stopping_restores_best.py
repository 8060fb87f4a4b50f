"""EarlyStopping on a loss that falls and then rises: when it stops, and whose parameters are left.

Validation targets differ from those of the training, so that val_loss has its least early on.
"""

import json

import numpy as np
from keras import Input
from keras.callbacks import EarlyStopping
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(60)
x = draw.normal(size=(24, 3))
y = x @ np.array([1.0, -1.0, 0.5]) + 1.0
held = draw.normal(size=(10, 3))
held_y = held @ np.array([0.4, -0.3, 0.3]) + 0.4

model = Sequential([Input((3,)), Dense(1)])
model.compile(SGD(learning_rate=0.02), "mse", metrics=["mae"])


def trained(epochs=40, **words):
    """What is left of a training from zero under this callback."""
    callback = EarlyStopping(**words)
    model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    history = model.fit(
        x,
        y,
        validation_data=(held, held_y),
        epochs=epochs,
        batch_size=8,
        shuffle=False,
        verbose=0,
        callbacks=[callback],
    )
    counts[str(words) + str(epochs)] = [
        len(history.history["loss"]),
        callback.stopped_epoch,
        callback.best_epoch,
        callback.wait,
    ]
    return [
        callback.best and float(callback.best),
        model.evaluate(held, held_y, verbose=0),
        [w.ravel().tolist() for w in model.get_weights()],
    ]


counts = {}
several = [
    trained(monitor="val_loss", patience=3),
    trained(monitor="val_loss", patience=3, restore_best_weights=True),
    trained(monitor="val_loss", patience=0),
    trained(monitor="val_loss", min_delta=0.05, patience=2),
    trained(monitor="val_loss", patience=30, restore_best_weights=True, epochs=12),
    trained(monitor="val_loss", mode="max", patience=2, restore_best_weights=True),
    trained(monitor="loss", patience=2, epochs=15),
    trained(monitor="val_loss", baseline=0.2, patience=4),
    trained(monitor="val_loss", start_from_epoch=12, patience=2),
    trained(monitor="absent", patience=1, epochs=5, mode="min"),
]
print(json.dumps({"equal": {"counts": counts}, "close": {"left": several}}))
