"""What fit, evaluate and predict print: the lines of verbose=2, and what the bar ends with."""

import contextlib
import io
import json
import re

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(46)
x = draw.normal(size=(20, 3))
y = (x[:, 0] > 0).astype(int)
model = Sequential([Input((3,)), Dense(1, activation="sigmoid")])
model.set_weights([np.array([[0.5], [-0.5], [1.0]]), np.zeros(1)])
model.compile(SGD(0.2), "binary_crossentropy", metrics=["accuracy"])


def printed(call, *arguments, **words):
    """The lines that a call prints, without times, colors and what is written over."""
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        call(*arguments, **words)
    text = re.sub(r"\x1b\[[0-9;]*m|\x08", "", caught.getvalue())
    text = re.sub(r"\d+(ms|us|s)\b", "T", text)
    return [line.split("\r")[-1].rstrip() for line in text.rstrip("\n").split("\n")]


data = {"validation_data": (x[:5], y[:5]), "batch_size": 8, "shuffle": False}
two = printed(model.fit, x, y, epochs=2, verbose=2, **data)
bar = printed(model.fit, x, y, epochs=1, verbose=1, **data)
print(
    json.dumps(
        {
            "equal": {
                "verbose 0": printed(model.fit, x, y, epochs=2, verbose=0, **data),
                "verbose 2": two,
                "first line of the bar": bar[0],
                "words after the bar": re.findall(r"[a-z_]+: [\d.]+", bar[-1]),
                "evaluate": printed(model.evaluate, x, y, verbose=2),
                "predict": printed(model.predict, x, verbose=2),
                "evaluate 0": printed(model.evaluate, x, y, verbose=0),
            }
        }
    )
)
