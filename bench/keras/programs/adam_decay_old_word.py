"""Adam, RMSprop and Adagrad with lr= and decay=, in the words of Keras 2."""

import json

import numpy as np
from keras import optimizers
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers.legacy import Adagrad

draw = np.random.RandomState(13)
x = draw.normal(size=(24, 3))
y = (x[:, 0] * x[:, 1] > 0).astype(int)
start = [draw.normal(size=s) for s in ((3, 6), (6,), (6, 1), (1,))]


def trained(optimizer):
    """The losses and the last parameters of five epochs of three steps."""
    model = Sequential()
    model.add(Dense(6, activation="tanh", input_shape=(3,)))
    model.add(Dense(1, activation="sigmoid"))
    model.set_weights(start)
    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=5, batch_size=8, shuffle=False, verbose=0)
    return [history.history, [w.tolist() for w in model.get_weights()]]


print(
    json.dumps(
        {
            "close": {
                "adam": trained(optimizers.Adam(lr=0.05)),
                "adam decay": trained(optimizers.Adam(lr=0.05, decay=0.2)),
                "adam words": trained(
                    optimizers.Adam(lr=0.03, beta_1=0.8, beta_2=0.9, epsilon=1e-3, decay=0.05)
                ),
                "rmsprop": trained(optimizers.RMSprop(lr=0.01, rho=0.8, epsilon=1e-4, decay=0.1)),
                "adagrad": trained(Adagrad(lr=0.1)),
            }
        }
    )
)
