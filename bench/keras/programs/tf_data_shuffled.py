"""A pipeline that shuffles: every row once an epoch, in an order of the seed, drawn anew."""

import json
import os

import numpy as np
import tensorflow as tf

seed = int(os.environ.get("SEED", "0"))
tf.keras.utils.set_random_seed(seed)
draw = np.random.RandomState(76)
x = draw.normal(size=(120, 4)).astype("float32")
y = (x[:, :1] * x[:, 1:2] + 0.1 * draw.normal(size=(120, 1))).astype("float32")

order = tf.data.Dataset.from_tensor_slices(np.arange(30)).shuffle(30)
first = [int(v) for v in order.as_numpy_iterator()]
second = [int(v) for v in order.as_numpy_iterator()]
near = [
    int(v) for v in tf.data.Dataset.from_tensor_slices(np.arange(30)).shuffle(3).as_numpy_iterator()
]

data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(120).batch(16)
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(24, activation="relu", input_shape=(4,)),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(optimizer=tf.keras.optimizers.Adam(0.01), loss="mse")
history = model.fit(data, epochs=30, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "every row once": sorted(first) == list(range(30)),
                "drawn anew": first != second,
                "a small buffer keeps rows near": max(i - v for i, v in enumerate(near)) < 30
                and all(v <= i + 2 for i, v in enumerate(near)),
            },
            "random": {
                "place of the first": first.index(0),
                "first loss": history.history["loss"][0],
                "loss": history.history["loss"][-1],
            },
        }
    )
)
