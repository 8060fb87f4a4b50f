"""A regression with everything spelled tf.keras: RMSprop, a stop by mae, a plotted history."""

import json
import os

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

matplotlib.use("Agg")
tf.keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
draw = np.random.RandomState(105)
x = draw.uniform(0.0, 1.0, size=(200, 4)).astype(np.float32)
y = (10 * np.sin(3 * x[:, 0]) + 5 * x[:, 1] * x[:, 2] + 0.2 * draw.normal(size=200)).astype(
    "float32"
)

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Dense(64, activation="relu", input_shape=[4]))
model.add(tf.keras.layers.Dense(64, activation="relu"))
model.add(tf.keras.layers.Dense(1))
model.compile(
    loss="mean_squared_error",
    optimizer=tf.keras.optimizers.RMSprop(0.001),
    metrics=["mean_absolute_error", tf.keras.metrics.RootMeanSquaredError(name="rmse")],
)
history = model.fit(
    x,
    y,
    epochs=60,
    validation_split=0.2,
    verbose=0,
    callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_mean_absolute_error", patience=15)],
)
plt.plot(history.epoch, history.history["loss"], label="train")
plt.plot(history.epoch, history.history["val_loss"], label="validation")
plt.legend()
plt.savefig("loss.png")
values = model.evaluate(x[160:], y[160:], verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "keys": sorted(history.history),
                "a root": abs(values[2] ** 2 - values[0]) < 1e-3 * values[0],
                "plotted": os.path.exists("loss.png"),
            },
            "random": {
                "loss": history.history["loss"][-1],
                "val_loss": history.history["val_loss"][-1],
                "mae": values[1],
                "first": history.history["loss"][0],
            },
        }
    )
)
