"""What Keras refuses with which class of error: the mistakes that people ask about."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential, load_model

x, y = np.ones((8, 3)), np.ones((8, 1))


def model(units=1, activation=None):
    """A compiled model of three inputs."""
    built = Sequential([Input((3,)), Dense(units, activation=activation)])
    built.compile("sgd", "mse")
    return built


def compiled(**words):
    """Trains a model that is compiled with these words."""
    built = Sequential([Input((3,)), Dense(1)])
    built.compile(**words)
    built.fit(x, y, verbose=0)


mistakes = {
    "inputs of another width": lambda: model().fit(np.ones((8, 4)), y, verbose=0),
    "outputs of another width": lambda: model(2).fit(x, np.ones((8, 3)), verbose=0),
    "rows that do not match": lambda: model().fit(x, np.ones((7, 1)), verbose=0),
    "fit before compile": lambda: Sequential([Input((3,)), Dense(1)]).fit(x, y, verbose=0),
    "unknown loss": lambda: compiled(loss="mean_cubic_error", optimizer="sgd"),
    "unknown optimizer": lambda: compiled(loss="mse", optimizer="adamantium"),
    "unknown metric": lambda: compiled(loss="mse", optimizer="sgd", metrics=["precisely"]),
    "unknown activation": lambda: Dense(2, activation="rellu"),
    "unknown initializer": lambda: Dense(2, kernel_initializer="he_abnormal"),
    "unknown argument": lambda: Dense(2, activasion="relu"),
    "no units": lambda: Dense(0),
    "negative units": lambda: Dense(-3),
    "one target for two outputs": lambda: model(2).fit(x, y, verbose=0),
    "weights of another shape": lambda: model().set_weights([np.ones((2, 1)), np.ones(1)]),
    "too few weights": lambda: model().set_weights([np.ones((3, 1))]),
    "no such layer": lambda: model().get_layer("absent"),
    "two layers of one name": lambda: Sequential([Dense(1, name="a"), Dense(1, name="a")]),
    "no such file": lambda: load_model("absent.keras"),
    "a file of no known kind": lambda: model().save("model.pickle"),
    "weights under another ending": lambda: model().save_weights("weights.keras"),
    "no layer": lambda: Sequential([Input((3,)), 7]),
}
refused = {}
for name, mistake in mistakes.items():
    try:
        mistake()
        refused[name] = "accepted"
    except Exception as error:
        # A class of TensorFlow's own is told by its kind: one package does not have another's.
        refused[name] = next(
            kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"
        )

print(json.dumps({"equal": refused}))
