"""XOR by SGD with Nesterov momentum: four rows, initializer objects, units=, a separate Activation, thresholds."""

import json
import os

import keras
import numpy as np
from keras.initializers import Constant, RandomNormal, RandomUniform
from keras.layers import Activation, Dense
from keras.models import Sequential
from keras.optimizers import SGD

SEED = int(os.environ.get("SEED", "0"))
keras.utils.set_random_seed(SEED)

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
y = np.array([[0], [1], [1], [0]], dtype="float32")

model = Sequential()
model.add(keras.Input(shape=(2,)))
model.add(
    Dense(
        units=8,
        kernel_initializer=RandomNormal(mean=0.0, stddev=0.7),
        bias_initializer=Constant(0.1),
    )
)
model.add(Activation("tanh"))
model.add(
    Dense(
        units=1, kernel_initializer=RandomUniform(minval=-0.5, maxval=0.5), bias_initializer="zeros"
    )
)
model.add(Activation("sigmoid"))
start_bias = [float(v) for v in model.layers[0].get_weights()[1]]
model.compile(
    loss="binary_crossentropy",
    optimizer=SGD(learning_rate=0.3, momentum=0.9, nesterov=True),
    metrics=["binary_accuracy"],
)
history = model.fit(X, y, batch_size=4, epochs=150, verbose=0)
prediction = model.predict(X, verbose=0)

print(
    json.dumps(
        {
            "program": "05",
            "loss": float(history.history["loss"][-1]),
            "solved": bool(np.array_equal(np.round(prediction), y)),
            "accuracy": float(history.history["binary_accuracy"][-1]),
            "start_bias": start_bias,
            "learning_rate": round(float(np.asarray(model.optimizer.learning_rate)), 6),
            "prediction_shape": list(prediction.shape),
        }
    )
)
