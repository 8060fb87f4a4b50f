"""keras.datasets from files in ~/.keras/datasets, which the program itself has put there."""

import json
import os

import numpy as np

os.environ["HOME"] = os.getcwd()
os.environ.pop("KERAS_HOME", None)

draw = np.random.RandomState(73)
os.makedirs(".keras/datasets")
np.savez(
    ".keras/datasets/mnist.npz",
    x_train=draw.randint(256, size=(60, 28, 28)).astype("uint8"),
    y_train=draw.randint(10, size=60).astype("uint8"),
    x_test=draw.randint(256, size=(12, 28, 28)).astype("uint8"),
    y_test=draw.randint(10, size=12).astype("uint8"),
)
np.savez(
    ".keras/datasets/boston_housing.npz", x=draw.normal(size=(50, 13)), y=draw.uniform(5, 50, 50)
)

from keras.datasets import boston_housing, mnist  # noqa: E402
from keras.layers import Dense, Flatten  # noqa: E402
from keras.models import Sequential  # noqa: E402
from keras.optimizers import SGD  # noqa: E402

(x_train, y_train), (x_test, y_test) = mnist.load_data()
(houses, prices), (other_houses, other_prices) = boston_housing.load_data()
(few, _), (rest, _) = boston_housing.load_data(test_split=0.5, seed=3)

model = Sequential()
model.add(Flatten(input_shape=(28, 28)))
model.add(Dense(10, activation="softmax"))
model.set_weights([0.05 * draw.normal(size=(784, 10)), np.zeros(10)])
model.compile(SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train / 255.0,
    y_train,
    epochs=2,
    batch_size=20,
    shuffle=False,
    verbose=0,
    validation_data=(x_test / 255.0, y_test),
)

print(
    json.dumps(
        {
            "equal": {
                "shapes": [list(a.shape) for a in (x_train, y_train, x_test, y_test)],
                "types": [str(x_train.dtype), str(y_train.dtype), str(houses.dtype)],
                "sums": [int(x_train.sum()), int(y_test.sum())],
                "houses": [list(a.shape) for a in (houses, prices, other_houses, other_prices)],
                "halves": [len(few), len(rest)],
            },
            "close": {
                "history": history.history,
                "first prices": prices[:4].tolist(),
                "first halves": few[:2, 0].tolist(),
            },
        }
    )
)
