"""Branches that meet: concatenate, Concatenate and add, trained from a fixed start."""

import json

import numpy as np
from keras.layers import Add, Concatenate, Dense, Input, add, concatenate
from keras.models import Model
from keras.optimizers import SGD

draw = np.random.RandomState(81)
x = draw.normal(size=(16, 3))
other = draw.normal(size=(16, 2))
y = draw.normal(size=(16, 1))


def trained(model, data):
    """The losses and the last outputs from a fixed start."""
    fixed = np.random.RandomState(1)
    model.set_weights([fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(SGD(0.02), "mse")
    history = model.fit(data, y, epochs=3, batch_size=4, shuffle=False, verbose=0)
    parameters.append(model.count_params())
    return [history.history["loss"], model.predict(data, verbose=0).ravel().tolist()]


parameters = []
rows = Input(shape=(3,))
left = Dense(4, activation="relu")(rows)
right = Dense(2, activation="tanh")(rows)
wide = Model(rows, Dense(1)(concatenate([left, right])))

rows = Input(shape=(3,))
deep = Dense(4, activation="tanh")(rows)
skip = Model(rows, Dense(1)(Concatenate()([rows, deep])))

rows = Input(shape=(3,))
deep = Dense(3, activation="tanh")(rows)
residual = Model(rows, Dense(1)(add([rows, deep])))
summed = Model(rows, Dense(1)(Add()([rows, deep])))

first, second = Input(shape=(3,), name="first"), Input(shape=(2,), name="second")
both = Model(inputs=[first, second], outputs=Dense(1)(concatenate([first, second])))

print(
    json.dumps(
        {
            "close": {
                "wide": trained(wide, x),
                "skip": trained(skip, x),
                "residual": trained(residual, x),
                "summed": trained(summed, x),
                "two inputs": trained(both, [x, other]),
            },
            "equal": {"parameters": parameters},
        }
    )
)
