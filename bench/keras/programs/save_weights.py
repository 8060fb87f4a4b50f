"""save_weights and load_weights: into a model of the same layers, and not into another."""

import json
import os

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential


def build(units, seed):
    """Two layers with parameters of this draw."""
    model = Sequential([Input((3,)), Dense(units, activation="relu"), Dense(2)])
    draw = np.random.RandomState(seed)
    model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
    return model


def refusal(call, *arguments):
    """The class of the error, or "no"."""
    try:
        call(*arguments)
    except Exception as error:
        return type(error).__name__
    return "no"


x = np.random.RandomState(51).normal(size=(4, 3))
first, second, other = build(4, 1), build(4, 2), build(5, 3)
before = second.predict(x, verbose=0)
first.save_weights("kept.weights.h5")
second.load_weights("kept.weights.h5")

print(
    json.dumps(
        {
            "equal": {
                "differed": bool(np.abs(before - first.predict(x, verbose=0)).max() > 1e-3),
                "same": all(
                    np.array_equal(a, b)
                    for a, b in zip(first.get_weights(), second.get_weights(), strict=True)
                ),
                "files": os.listdir("."),
                "another width": refusal(other.load_weights, "kept.weights.h5"),
                "another ending": refusal(first.save_weights, "kept.h5"),
                "absent": refusal(first.load_weights, "absent.weights.h5") != "no",
            },
            "close": {"output": second.predict(x, verbose=0).tolist()},
        }
    )
)
