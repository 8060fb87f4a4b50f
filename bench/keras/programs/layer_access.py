"""Layers of a model: by name and index, their shapes, their kernels as arrays, frozen ones."""

import json

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense, Dropout
from tensorflow.keras.models import Sequential

draw = np.random.RandomState(56)
x = draw.normal(size=(12, 3))
y = draw.normal(size=(12, 1))
model = Sequential()
model.add(Dense(4, input_dim=3, activation="tanh", name="frozen"))
model.add(Dropout(0.0, name="nothing"))
model.add(Dense(1, name="free"))
model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
for layer in model.layers[:-1]:
    layer.trainable = False
before = model.layers[0].kernel.numpy()
model.compile(tf.keras.optimizers.SGD(0.1), "mse")
history = model.fit(x, y, epochs=3, batch_size=4, shuffle=False, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "names": [layer.name for layer in model.layers],
                "classes": [layer.__class__.__name__ for layer in model.layers],
                "trainable": [layer.trainable for layer in model.layers],
                "by index": model.get_layer(index=2).name,
                "still": bool(np.array_equal(before, model.layers[0].get_weights()[0])),
                "activation": model.layers[0].activation.__name__,
                "rate": model.get_layer("nothing").rate,
                "output": list(model.layers[0].output.shape),
                "input": list(model.layers[-1].input.shape),
                "bias shape": list(model.layers[-1].bias.shape),
                "variables": [len(model.variables), len(model.trainable_variables)],
            },
            "close": {
                "losses": history.history["loss"],
                "kernel": model.layers[-1].kernel.numpy().tolist(),
                "bias": np.array(model.layers[-1].bias).tolist(),
            },
        }
    )
)
