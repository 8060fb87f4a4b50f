"""validation_split takes the last rows, before any shuffle, and trains on the others alone."""

import json

import numpy as np
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(43)
x = draw.normal(size=(21, 2))
y = np.where(np.arange(21) < 15, 1.0, 50.0)


def trained(*data, **arguments):
    """The history of two epochs from zero, and the last parameters."""
    model = Sequential([Input((2,)), Dense(1)])
    model.set_weights([np.zeros((2, 1)), np.zeros(1)])
    model.compile(SGD(learning_rate=0.05), "mse")
    history = model.fit(*data, epochs=2, batch_size=5, verbose=0, **arguments)
    return [history.history, [w.ravel().tolist() for w in model.get_weights()]]


split = trained(x, y, validation_split=0.3, shuffle=False)
by_hand = trained(x[:14], y[:14], validation_data=(x[14:], y[14:]), shuffle=False)
shuffled = trained(x, y, validation_split=0.3)
batch = trained(x, y, validation_split=0.3, validation_batch_size=2, shuffle=False)

print(
    json.dumps(
        {
            "equal": {
                "as by hand": np.allclose(split[1][0], by_hand[1][0]),
                "the large targets are held back": shuffled[0]["loss"][0] < 100.0,
                "and they are what is validated": shuffled[0]["val_loss"][0] > 1000.0,
            },
            "close": {"split": split, "by hand": by_hand, "small batches": batch},
        }
    )
)
