"""Cross-entropies of logits: objects with from_logits=True, a last layer without an activation."""

import json

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

draw = np.random.RandomState(31)
x = draw.normal(size=(30, 4)).astype("float32")
labels = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0.5)
start = [draw.normal(size=s) for s in ((4, 6), (6,), (6, 3), (3,))]

model = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(6, activation="relu"), layers.Dense(3)]
)
model.set_weights(start)
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(x, labels, epochs=6, batch_size=10, shuffle=False, verbose=0)
probable = keras.Sequential([model, layers.Softmax()])
probabilities = probable.predict(x[:5], verbose=0)

binary = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(1)])
binary.set_weights([draw.normal(size=(4, 1)), np.zeros(1)])
binary.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
second = binary.fit(x, labels > 0, epochs=3, batch_size=30, shuffle=False, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "classes": probabilities.argmax(axis=1).tolist(),
                "keys": [sorted(history.history), sorted(second.history)],
                "layers": [layer.name for layer in probable.layers],
            },
            "close": {
                "history": history.history,
                "binary": second.history,
                "probabilities": probabilities.tolist(),
                "softmax": tf.nn.softmax(model.predict(x[:5], verbose=0)).numpy().tolist(),
                "weights": [w.tolist() for w in model.get_weights()],
                "binary_weights": [w.tolist() for w in binary.get_weights()],
            },
        }
    )
)
