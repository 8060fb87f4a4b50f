"""Eleven rows in batches of four: the last has three, and history weighs each batch by its rows."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(41)
x = draw.normal(size=(11, 2))
y = draw.normal(size=(11, 1)) + 3.0 * (np.arange(11)[:, None] > 7)

model = Sequential([Input((2,)), Dense(1)])
start = [np.array([[0.2], [-0.4]]), np.array([0.1])]
model.set_weights(start)
model.compile(SGD(learning_rate=0.1), "mse", metrics=["mae"])
history = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0)

model.set_weights(start)
default = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
weights = [w.ravel().tolist() for w in model.get_weights()]
many = np.tile(x, (10, 1))
several = model.fit(many, np.tile(y, (10, 1)), epochs=1, shuffle=False, verbose=0)

print(
    json.dumps(
        {
            "equal": {"steps": [h.params["steps"] for h in (history, default, several)]},
            "close": {
                "history": history.history,
                "one batch": default.history,
                "batches of 32": several.history,
                "weights": weights,
                "evaluated": model.evaluate(x, y, batch_size=4, verbose=0),
                "predicted": model.predict(x, batch_size=3, verbose=0).ravel().tolist(),
            },
        }
    )
)
