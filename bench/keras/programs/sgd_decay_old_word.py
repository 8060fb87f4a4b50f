"""SGD(lr=..., decay=..., momentum=..., nesterov=True) in the words of Keras 1 and 2.

The rate of a step is lr / (1 + decay * steps before it): a package that ignores `decay`, counts
epochs or begins at one reaches other parameters.
"""

import json

import numpy as np
from keras.layers.core import Activation, Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(10)
x = draw.normal(size=(30, 5))
y = np.tanh(x @ draw.normal(size=(5, 2)))
start = [0.5 * draw.normal(size=s) for s in ((5, 4), (4,), (4, 2), (2,))]


def trained(optimizer):
    """The history and the last parameters of six epochs of three steps."""
    model = Sequential()
    model.add(Dense(4, input_dim=5))
    model.add(Activation("tanh"))
    model.add(Dense(2))
    model.set_weights(start)
    model.compile(loss="mean_squared_error", optimizer=optimizer)
    history = model.fit(x, y, nb_epoch=6, batch_size=10, shuffle=False, verbose=0)
    return [history.history["loss"], [w.tolist() for w in model.get_weights()]]


print(
    json.dumps(
        {
            "close": {
                "plain": trained(SGD(lr=0.1)),
                "decay": trained(SGD(lr=0.2, decay=0.1)),
                "momentum": trained(SGD(lr=0.1, momentum=0.9, decay=1e-2)),
                "nesterov": trained(SGD(lr=0.1, decay=1e-1, momentum=0.9, nesterov=True)),
            }
        }
    )
)
