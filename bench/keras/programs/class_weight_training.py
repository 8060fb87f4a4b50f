"""class_weight multiplies the loss of each row by its class's weight: labels, one-hot, one unit."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(44)
x = draw.normal(size=(26, 3))
classes = (draw.uniform(size=26) > 0.7).astype(int) + (x[:, 0] > 1.0)


def trained(units, activation, loss, y, weights):
    """The history and the last parameters of three epochs."""
    fixed = np.random.RandomState(2)
    model = Sequential([Input((3,)), Dense(units, activation=activation)])
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(loss=loss, optimizer=SGD(0.3), metrics=["accuracy"])
    history = model.fit(
        x,
        y,
        epochs=3,
        batch_size=8,
        shuffle=False,
        class_weight=weights,
        validation_data=(x, y),
        verbose=0,
    )
    return [history.history, [w.tolist() for w in model.get_weights()]]


several = {0: 0.5, 1: 2.0, 2: 4.0}
binary = classes > 0
print(
    json.dumps(
        {
            "close": {
                "none": trained(1, "sigmoid", "binary_crossentropy", binary, None),
                "binary": trained(1, "sigmoid", "binary_crossentropy", binary, {0: 1.0, 1: 5.0}),
                "labels": trained(
                    3, "softmax", "sparse_categorical_crossentropy", classes, several
                ),
                "one-hot": trained(
                    3, "softmax", "categorical_crossentropy", np.eye(3)[classes], several
                ),
            }
        }
    )
)
