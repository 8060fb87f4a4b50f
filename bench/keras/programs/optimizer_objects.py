"""Optimizer objects with their words: rates, momenta, betas, epsilon, positional and by keyword."""

import json

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD, Adam, RMSprop

draw = np.random.RandomState(19)
x = draw.normal(size=(18, 3))
classes = draw.randint(3, size=18)
start = [draw.normal(size=s) for s in ((3, 5), (5,), (5, 3), (3,))]

several = {
    "sgd": SGD(0.2),
    "momentum": SGD(learning_rate=0.05, momentum=0.9),
    "nesterov": SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    "adam": Adam(0.02),
    "adam words": Adam(learning_rate=0.02, beta_1=0.7, beta_2=0.95, epsilon=0.01),
    "rmsprop": RMSprop(learning_rate=0.01),
    "rmsprop words": RMSprop(learning_rate=0.01, rho=0.5, epsilon=1e-2),
    "got": keras.optimizers.get("rmsprop"),
    "from a table": keras.optimizers.get(
        {"class_name": "SGD", "config": {"learning_rate": 0.3, "momentum": 0.1}}
    ),
    "from config": SGD.from_config(SGD(learning_rate=0.07, momentum=0.3).get_config()),
}
losses, weights, steps = {}, {}, {}
for name, optimizer in several.items():
    model = Sequential(
        [keras.Input((3,)), Dense(5, activation="tanh"), Dense(3, activation="softmax")]
    )
    model.set_weights(start)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer)
    history = model.fit(x, classes, epochs=5, batch_size=6, shuffle=False, verbose=0)
    losses[name] = history.history["loss"]
    weights[name] = [w.tolist() for w in model.get_weights()]
    steps[name] = int(np.asarray(optimizer.iterations))

config = several["nesterov"].get_config()
print(
    json.dumps(
        {
            "equal": {
                "iterations": steps,
                "nesterov": [config["nesterov"], config["clipnorm"]],
            },
            "close": {
                "losses": losses,
                "weights": weights,
                "config": [config["learning_rate"], config["momentum"]],
                "adam": [several["adam words"].beta_1, several["adam words"].epsilon],
            },
        }
    )
)
