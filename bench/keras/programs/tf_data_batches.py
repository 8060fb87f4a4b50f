"""tf.data.Dataset.from_tensor_slices(...).batch(b) given to fit, evaluate and predict."""

import json

import numpy as np
import tensorflow as tf

draw = np.random.RandomState(75)
x = draw.normal(size=(22, 3)).astype("float32")
y = (x[:, 0] > 0).astype("float32")

data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
held = tf.data.Dataset.from_tensor_slices((x[:9], y[:9])).batch(4)


def build():
    """One layer at a fixed start."""
    model = tf.keras.Sequential(
        [tf.keras.Input((3,)), tf.keras.layers.Dense(1, activation="sigmoid")]
    )
    model.set_weights([np.array([[0.1], [0.2], [-0.7]]), np.zeros(1)])
    model.compile(tf.keras.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    return model


model = build()
history = model.fit(data, validation_data=held, epochs=3, verbose=0)
steps = build()
limited = steps.fit(data.repeat(), steps_per_epoch=2, epochs=3, verbose=0)
by_array = build().fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
shapes = [[list(a.shape), list(b.shape)] for a, b in data]

print(
    json.dumps(
        {
            "equal": {
                "shapes": shapes,
                "length": len(data),
                "as by arrays": bool(
                    np.allclose(by_array.history["loss"], history.history["loss"], rtol=1e-5)
                ),
                "prefetched": len(list(data.prefetch(tf.data.AUTOTUNE))),
                "taken": [int(v) for v in tf.data.Dataset.range(10).take(3).as_numpy_iterator()],
            },
            "close": {
                "history": history.history,
                "limited": limited.history,
                "evaluated": model.evaluate(held, verbose=0),
                "predicted": model.predict(held, verbose=0).ravel().tolist(),
                "weights": [w.ravel().tolist() for w in steps.get_weights()],
            },
        }
    )
)
