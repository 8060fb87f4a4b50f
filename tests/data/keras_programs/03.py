"""A regression through `import tensorflow as tf`: everything spelt tf.keras..., an optimizer object, mse and mae."""

import json
import os

import numpy as np
import tensorflow as tf

SEED = int(os.environ.get("SEED", "0"))
tf.random.set_seed(SEED)
tf.keras.utils.set_random_seed(SEED)

draw = np.random.RandomState(3)
x = draw.uniform(-2.0, 2.0, size=(300, 2)).astype(np.float32)
y = (np.sin(2.0 * x[:, 0]) + 0.5 * x[:, 1] ** 2 + draw.normal(scale=0.05, size=300)).astype(
    np.float32
)
mean, deviation = x.mean(axis=0), x.std(axis=0)
x = (x - mean) / deviation

model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(32, activation=tf.nn.relu, input_shape=[2]),
        tf.keras.layers.Dense(32, activation="tanh"),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=0.01),
    loss=tf.keras.losses.MeanSquaredError(),
    metrics=["mae", "mse"],
)
history = model.fit(x[:240], y[:240], validation_data=(x[240:], y[240:]), epochs=60, verbose=0)
loss, mae, mse = model.evaluate(x[240:], y[240:], verbose=0)
prediction = model.predict(x[240:], verbose=0).flatten()

print(
    json.dumps(
        {
            "program": "03",
            "loss": float(history.history["loss"][-1]),
            "val_loss": float(history.history["val_loss"][-1]),
            "val_mae": float(mae),
            "loss_minus_mse": float(loss - mse),
            "own_mse_over_loss": float(np.mean((prediction - y[240:]) ** 2) / loss),
            "keys": sorted(history.history),
            "shape": list(prediction.shape),
            "parameters": int(model.count_params()),
        }
    )
)
