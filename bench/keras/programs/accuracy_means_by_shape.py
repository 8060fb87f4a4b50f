"""What "accuracy" means follows from the shapes: binary, one-hot, labels, or equal numbers."""

import json

import numpy as np
from keras import Input
from keras.layers import Activation, Dense
from keras.models import Sequential

rows = np.random.RandomState(3)
scores = rows.uniform(0.05, 0.95, size=(12, 3))
single = scores[:, :1]
labels = rows.randint(3, size=12)


def accuracy(outputs, targets, loss, word="accuracy"):
    """The accuracy of a model that passes these outputs on."""
    width = outputs.shape[1]
    model = Sequential([Input((width,)), Dense(width, use_bias=False), Activation("linear")])
    model.set_weights([np.eye(width)])
    model.compile(loss=loss, metrics=[word])
    found = model.evaluate(outputs, targets, verbose=0, return_dict=True)
    return float(found[word])


print(
    json.dumps(
        {
            "close": {
                "one unit": accuracy(single, (labels > 0)[:, None], "binary_crossentropy"),
                "one unit, flat targets": accuracy(single, labels > 0, "binary_crossentropy"),
                "one unit, squares": accuracy(single, (labels > 0)[:, None], "mse"),
                "one-hot": accuracy(scores, np.eye(3)[labels], "categorical_crossentropy"),
                "one-hot, squares": accuracy(scores, np.eye(3)[labels], "mse"),
                "one-hot, binary": accuracy(scores, np.eye(3)[labels], "binary_crossentropy"),
                "labels": accuracy(scores, labels, "sparse_categorical_crossentropy"),
                "labels in a column": accuracy(
                    scores, labels[:, None], "sparse_categorical_crossentropy"
                ),
                "several answers": accuracy(
                    scores, (scores > 0.3).astype(int), "binary_crossentropy", "binary_accuracy"
                ),
                "acc": accuracy(scores, np.eye(3)[labels], "mse", "acc"),
            }
        }
    )
)
