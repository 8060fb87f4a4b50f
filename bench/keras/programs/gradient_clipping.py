"""clipnorm holds for each parameter by itself, global_clipnorm for all; clipvalue for entries."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD, Adam

draw = np.random.RandomState(22)
x = 3.0 * draw.normal(size=(16, 3))
y = 10.0 * draw.normal(size=(16, 1))
start = [draw.normal(size=s) for s in ((3, 4), (4,), (4, 1), (1,))]

several = {
    "none": SGD(learning_rate=0.01),
    "norm": SGD(learning_rate=0.1, clipnorm=1.0),
    "value": SGD(learning_rate=0.1, clipvalue=0.5),
    "global": SGD(learning_rate=0.1, global_clipnorm=1.0),
    "never reached": SGD(learning_rate=0.01, clipnorm=1e6),
    "momentum": SGD(learning_rate=0.05, momentum=0.9, clipnorm=0.5),
    "adam": Adam(learning_rate=0.05, clipvalue=0.1, epsilon=0.1),
}
losses, weights = {}, {}
for name, optimizer in several.items():
    model = Sequential([Input((3,)), Dense(4, activation="tanh"), Dense(1)])
    model.set_weights(start)
    model.compile(optimizer=optimizer, loss="mse")
    losses[name] = model.fit(x, y, epochs=4, batch_size=4, shuffle=False, verbose=0).history["loss"]
    weights[name] = [w.tolist() for w in model.get_weights()]

print(
    json.dumps(
        {
            "equal": {"unreached is none": losses["none"] == losses["never reached"]},
            "close": {"losses": losses, "weights": weights},
        }
    )
)
