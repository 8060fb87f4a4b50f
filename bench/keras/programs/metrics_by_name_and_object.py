"""Metrics by name and as objects: the keys that they get, and their values in fit and evaluate."""

import json

import numpy as np
from keras import Input, metrics
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(14)
x = draw.normal(size=(22, 3))
binary = (x.sum(axis=1) + draw.normal(size=22) > 0).astype(int)
classes = draw.randint(3, size=22)
one_hot = np.eye(3)[classes]


def trained(last, loss, target, chosen):
    """The history and an evaluation, as a table, of a fixed start."""
    fixed = np.random.RandomState(1)
    model = Sequential([Input((3,)), last])
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(loss=loss, optimizer=SGD(0.2), metrics=chosen)
    history = model.fit(x, target, epochs=2, batch_size=8, shuffle=False, verbose=0)
    found = model.evaluate(x, target, batch_size=5, verbose=0, return_dict=True)
    listed = model.evaluate(x, target, batch_size=5, verbose=0)
    assert np.allclose(listed[0], found["loss"])
    return {"history": history.history, "evaluated": found, "listed": listed}


results = {
    "binary": trained(
        Dense(1, activation="sigmoid"),
        "binary_crossentropy",
        binary,
        ["accuracy", "binary_accuracy", "mae", "mse", "Precision", "Recall", "AUC"],
    ),
    "objects": trained(
        Dense(1, activation="sigmoid"),
        "binary_crossentropy",
        binary[:, None],
        [
            metrics.BinaryAccuracy(name="right", threshold=0.6),
            metrics.Precision(),
            metrics.Recall(name="found"),
            metrics.AUC(name="area"),
            metrics.TruePositives(name="tp"),
            metrics.FalsePositives(name="fp"),
            metrics.TrueNegatives(name="tn"),
            metrics.FalseNegatives(name="fn"),
            metrics.BinaryCrossentropy(),
        ],
    ),
    "classes": trained(
        Dense(3, activation="softmax"),
        "categorical_crossentropy",
        one_hot,
        ["acc", "categorical_accuracy", metrics.TopKCategoricalAccuracy(k=2, name="two")],
    ),
    "labels": trained(
        Dense(3, activation="softmax"),
        "sparse_categorical_crossentropy",
        classes,
        ["accuracy", "sparse_categorical_accuracy", metrics.SparseCategoricalAccuracy(name="a")],
    ),
    "regression": trained(
        Dense(1),
        "mse",
        x[:, :1] ** 2 + 1.0,
        ["mae", "mse", "mape", "mean_absolute_error", metrics.RootMeanSquaredError()],
    ),
}
print(
    json.dumps(
        {
            "equal": {f"keys {name}": list(r["history"]) for name, r in results.items()},
            "close": results,
        }
    )
)
