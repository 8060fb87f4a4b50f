"""CSVLogger: its columns and rows, another separator, and a file that is gone on with."""

import csv
import json

import numpy as np
from keras import Input
from keras.callbacks import CSVLogger
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(63)
x = draw.normal(size=(15, 2))
y = (x[:, 0] > 0).astype(int)
model = Sequential([Input((2,)), Dense(1, activation="sigmoid")])
model.set_weights([np.array([[0.3], [0.7]]), np.zeros(1)])
model.compile(SGD(0.2), "binary_crossentropy", metrics=["accuracy"])


def fit(callback, **words):
    """Three epochs that this callback writes down."""
    words = {"epochs": 3, "batch_size": 5, "shuffle": False, "verbose": 0, **words}
    return model.fit(x, y, callbacks=[callback], **words).history


def table(name, separator=","):
    """The columns of a file, and its rows as numbers."""
    with open(name, newline="") as file:
        header, *rows = csv.reader(file, delimiter=separator)
    return header, [[cell if cell == "NA" else float(cell) for cell in row] for row in rows]


history = fit(CSVLogger("one.csv"), validation_data=(x[:4], y[:4]))
columns, rows = table("one.csv")
fit(CSVLogger("two.csv", separator=";"))
fit(CSVLogger("two.csv", separator=";", append=True), initial_epoch=1)
other_columns, other_rows = table("two.csv", ";")
fit(CSVLogger("one.csv"), epochs=1)
over, over_rows = table("one.csv")

print(
    json.dumps(
        {
            "equal": {
                "columns": columns,
                "other columns": other_columns,
                "epochs": [row[0] for row in other_rows],
                "written over": [over, len(over_rows)],
                "as history": bool(
                    np.allclose([row[columns.index("loss")] for row in rows], history["loss"])
                ),
            },
            "close": {"rows": rows, "other rows": other_rows},
        }
    )
)
