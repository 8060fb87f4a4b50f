"""clone_model: the same layers with parameters of its own, newly drawn."""

import json
import os

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential, clone_model

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x = np.random.RandomState(54).normal(size=(30, 4))
y = x[:, :1]

model = Sequential([keras.Input((4,)), Dense(6, activation="tanh", name="hidden"), Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=2, verbose=0)
clone = clone_model(model)
apart = [
    float(np.abs(a - b).max())
    for a, b in zip(clone.get_weights(), model.get_weights(), strict=True)
]
clone.set_weights(model.get_weights())
same = np.array_equal(clone.predict(x, verbose=0), model.predict(x, verbose=0))
clone.compile("sgd", "mse")
before = model.get_weights()[0].copy()
clone.fit(x, y, epochs=1, verbose=0)

print(
    json.dumps(
        {
            "equal": {
                "names": [layer.name for layer in clone.layers],
                "drawn anew": apart[0] > 1e-3,
                "same": bool(same),
                "its own": bool(np.array_equal(before, model.get_weights()[0])),
                "moved": not np.array_equal(before, clone.get_weights()[0]),
            },
            "random": {"apart": apart[0]},
        }
    )
)
