"""read_csv, and data frames and columns given to fit, evaluate and predict as they are."""

import json

import numpy as np
import pandas as pd
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(70)
frame = pd.DataFrame(draw.normal(size=(25, 3)).round(3), columns=["a", "b", "c"])
frame["kind"] = np.where(frame["a"] + frame["b"] > 0, "yes", "no")
frame.to_csv("table.csv", index=False)

table = pd.read_csv("table.csv")
table["target"] = (table["kind"] == "yes").astype(int)
x, y = table[["a", "b", "c"]], table["target"]


def trained(features, target, **words):
    """The history, an evaluation and outputs from a fixed start."""
    model = Sequential()
    model.add(Dense(3, input_dim=3, activation="tanh"))
    model.add(Dense(1, activation="sigmoid"))
    fixed = np.random.RandomState(1)
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(features, target, epochs=3, batch_size=8, shuffle=False, verbose=0, **words)
    predicted = model.predict(features, verbose=0)
    shapes.append([type(predicted).__name__, *predicted.shape])
    return [history.history, model.evaluate(features, target, verbose=0), predicted[:5].tolist()]


shapes = []
several = {
    "frame and column": trained(x, y),
    "frame and frame": trained(x, y.to_frame()),
    "values": trained(x.values, y.values),
    "bool": trained(x, table["target"] == 1),
    "rows apart": trained(x[5:], y[5:], validation_data=(x[:5], y[:5])),
    "split": trained(x, y, validation_split=0.2),
}
dummies = pd.get_dummies(table["kind"])
print(
    json.dumps(
        {
            "equal": {"shapes": shapes, "dummies": dummies.to_numpy().sum(axis=0).tolist()},
            "close": several,
        }
    )
)
