"""tf.constant, tf.cast, tf.convert_to_tensor and their like, and tensors given to fit."""

import json

import numpy as np
import tensorflow as tf

tf.random.set_seed(1)
draw = np.random.RandomState(74)
values = draw.normal(size=(10, 2))

x = tf.cast(values, tf.float32)
y = tf.constant(values.sum(axis=1, keepdims=True), dtype=tf.float32)
labels = tf.convert_to_tensor((values[:, 0] > 0).astype("int32"))

model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
model.set_weights([np.array([[0.5], [-0.5]]), np.zeros(1)])
model.compile(optimizer=tf.keras.optimizers.SGD(0.1), loss=tf.keras.losses.MeanSquaredError())
history = model.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0)
evaluated = model.evaluate(x, y, verbose=0)
output = model(x)

print(
    json.dumps(
        {
            "equal": {
                "types": [x.dtype.name, y.dtype.name, labels.dtype.name],
                "is the type": x.dtype == tf.float32,
                "shapes": [list(x.shape), list(y.shape), list(output.shape)],
                "version": isinstance(tf.__version__, str),
                "labels": labels.numpy().tolist(),
                "argmax": int(tf.argmax(labels).numpy()),
            },
            "close": {
                "history": history.history,
                "evaluated": evaluated,
                "output": output.numpy().ravel().tolist(),
                "predicted": model.predict(x, verbose=0).ravel().tolist(),
                "mean": float(tf.reduce_mean(x)),
                "sums": tf.reduce_sum(x, axis=0).numpy().tolist(),
                "relu": tf.nn.relu(tf.constant([-1.0, 2.0])).numpy().tolist(),
                "one_hot": tf.one_hot([1, 0], depth=3).numpy().tolist(),
                "reshape": tf.reshape(tf.constant([1.0, 2.0, 3.0, 4.0]), (2, 2)).numpy().tolist(),
            },
        }
    )
)
