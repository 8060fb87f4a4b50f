"""Three classes by number: Sequential([...]) with keras.Input, integer labels, validation_split, keys of the history."""

import json
import os

import keras
import numpy as np
from keras import layers

SEED = int(os.environ.get("SEED", "0"))
keras.utils.set_random_seed(SEED)

draw = np.random.RandomState(11)
centres = np.array([[2.0, 0.0, 0.0, 1.0], [-1.0, 2.0, 0.0, -1.0], [0.0, -2.0, 1.0, 0.0]])
labels = draw.permutation(np.arange(450) % 3)
features = centres[labels] + draw.normal(scale=1.2, size=(450, 4))
x_train, y_train = features[:360].astype("float32"), labels[:360]
x_test, y_test = features[360:].astype("float32"), labels[360:]

model = keras.Sequential(
    [
        keras.Input(shape=(4,)),
        layers.Dense(16, activation="relu", name="first"),
        layers.Dropout(0.1),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax", name="classes"),
    ]
)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=25, batch_size=32, validation_split=0.2, verbose=0)

test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
predicted = np.argmax(model.predict(x_test, verbose=0), axis=1)
probabilities = model.predict(x_test[:5], verbose=0)

print(
    json.dumps(
        {
            "program": "02",
            "keys": sorted(history.history),
            "epochs": history.epoch[-1] + 1,
            "lengths": [len(history.history["loss"]), len(history.history["val_loss"])],
            "loss_first": float(history.history["loss"][0]),
            "loss": float(history.history["loss"][-1]),
            "val_loss": float(history.history["val_loss"][-1]),
            "test_loss": float(test_loss),
            "test_accuracy": float(test_accuracy),
            "agreement_minus_accuracy": float(np.mean(predicted == y_test)) - float(test_accuracy),
            "rows_sum_to_one": bool(np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)),
            "layer_names": [
                layer.name for layer in model.layers if layer.name in ("first", "classes")
            ],
            "shape": list(probabilities.shape),
        }
    )
)
