"""Normalization that adapts to data or is told its numbers, and Rescaling, as layers of a model."""

import json

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

draw = np.random.RandomState(96)
x = (draw.normal(size=(20, 3)) * [1.0, 10.0, 0.1] + [5.0, -20.0, 0.0]).astype("float32")
y = x[:, :1] + 0.1 * x[:, 1:2]

normalizer = layers.Normalization(axis=-1)
normalizer.adapt(x)
model = tf.keras.Sequential([normalizer, layers.Dense(1)])
model.build((None, 3))
model.layers[-1].set_weights([np.array([[0.5], [0.1], [-0.2]]), np.zeros(1)])
model.compile(tf.keras.optimizers.SGD(0.1), "mse")
history = model.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0)

one = layers.Normalization(input_shape=[1], axis=None)
one.adapt(x[:, 1])
single = tf.keras.Sequential([one])
told = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 0.25])
scaled = tf.keras.Sequential([tf.keras.Input((3,)), layers.Rescaling(1.0 / 127.5, offset=-1)])

print(
    json.dumps(
        {
            "equal": {
                "parameters": model.count_params(),
                "trainable": len(model.trainable_weights),
            },
            "close": {
                "mean": np.asarray(normalizer.mean).ravel().tolist(),
                "variance": np.asarray(normalizer.variance).ravel().tolist(),
                "normalized": np.asarray(normalizer(x[:4])).tolist(),
                "one": single.predict(x[:4, 1], verbose=0).ravel().tolist(),
                "told": np.asarray(told(x[:2])).tolist(),
                "rescaled": scaled.predict(x[:2], verbose=0).tolist(),
                "history": history.history,
                "output": model.predict(x[:4], verbose=0).ravel().tolist(),
            },
        }
    )
)
