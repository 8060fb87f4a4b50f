"""Two classes from a table: Sequential() and .add, input_dim, strings for everything, evaluate, predict, a threshold.

The pattern of more than half of the public dense programs: rows in an array, the last column is the class.
"""

import json
import os

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import set_random_seed

SEED = int(os.environ.get("SEED", "0"))
set_random_seed(SEED)

rows = np.random.RandomState(7)
table = np.empty((480, 9))
table[:, :8] = rows.normal(size=(480, 8)) * np.linspace(0.5, 2.0, 8)
score = (
    table[:, 0]
    - 0.8 * table[:, 1]
    + 0.5 * table[:, 2] * table[:, 3]
    + rows.normal(scale=0.5, size=480)
)
table[:, 8] = score > 0
X = table[:, 0:8]
y = table[:, 8]

model = Sequential()
model.add(Dense(12, input_dim=8, activation="relu"))
model.add(Dense(8, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X, y, epochs=40, batch_size=16, verbose=0)

scores = model.evaluate(X, y, verbose=0)
probabilities = model.predict(X, verbose=0)
classes = (probabilities > 0.5).astype("int32")
agreement = float(np.mean(classes[:, 0] == y))

print(
    json.dumps(
        {
            "program": "01",
            "loss": float(scores[0]),
            "accuracy": float(scores[1]),
            "agreement_minus_accuracy": agreement - float(scores[1]),
            "metrics_names_first": model.metrics_names[0],
            "shape": list(probabilities.shape),
            "dtype": str(probabilities.dtype),
            "parameters": int(model.count_params()),
        }
    )
)
