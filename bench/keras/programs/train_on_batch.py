"""train_on_batch, test_on_batch, predict_on_batch: each returns what its own batch gives."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(49)
x = draw.normal(size=(24, 3))
y = (x[:, 0] > 0).astype(int)
model = Sequential([Input((3,)), Dense(4, activation="tanh"), Dense(1, activation="sigmoid")])
model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
model.compile(SGD(learning_rate=0.5), "binary_crossentropy", metrics=["accuracy"])

steps = []
for _ in range(2):
    for at in range(0, 24, 8):
        steps.append(model.train_on_batch(x[at : at + 8], y[at : at + 8]))
table = model.train_on_batch(x, y, return_dict=True)
tested = model.test_on_batch(x, y)
tested_table = model.test_on_batch(x[:5], y[:5], return_dict=True)
output = model.predict_on_batch(x[:4])

only = Sequential([Input((3,)), Dense(1)])
only.set_weights([np.ones((3, 1)), np.zeros(1)])
only.compile(SGD(0.1), "mse")
single = only.train_on_batch(x, y)

print(
    json.dumps(
        {
            "equal": {
                "length": len(steps[0]),
                "keys": list(table),
                "shape": list(output.shape),
                "without metrics": np.ndim(single),
            },
            "close": {
                "steps": [[float(v) for v in step] for step in steps],
                "table": {k: float(v) for k, v in table.items()},
                "tested": [float(v) for v in tested],
                "tested table": {k: float(v) for k, v in tested_table.items()},
                "output": output.tolist(),
                "single": float(single),
                "weights": [w.tolist() for w in model.get_weights()],
            },
        }
    )
)
