"""Conv2D, MaxPooling2D, AveragePooling2D and Flatten, trained from a fixed start."""

import json

import numpy as np
from keras import Input
from keras.layers import AveragePooling2D, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import SGD

draw = np.random.RandomState(94)
x = draw.normal(size=(12, 8, 7, 2))
y = draw.randint(3, size=12)


def trained(*layers):
    """The shapes, the losses and the last parameters of a chain that ends in three classes."""
    model = Sequential([Input(shape=(8, 7, 2)), *layers, Flatten(), Dense(3, activation="softmax")])
    fixed = np.random.RandomState(1)
    model.set_weights([0.3 * fixed.normal(size=w.shape) for w in model.get_weights()])
    model.compile(SGD(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    shapes.append([list(layer.output.shape) for layer in model.layers])
    counts.append(model.count_params())
    first = [w.ravel()[:12].tolist() for w in model.get_weights()]
    return [history.history, first, model.predict(x[:2], verbose=0).tolist()]


shapes, counts = [], []
several = {
    "usual": trained(
        Conv2D(4, (3, 3), activation="relu"), MaxPooling2D(pool_size=(2, 2)), Dropout(0.0)
    ),
    "same": trained(Conv2D(3, kernel_size=3, padding="same", activation="tanh"), MaxPooling2D()),
    "strides": trained(Conv2D(3, 3, strides=2, use_bias=False), AveragePooling2D((2, 1))),
    "strides and same": trained(Conv2D(2, (3, 2), strides=(2, 1), padding="same")),
    "pooling, same": trained(MaxPooling2D((3, 3), strides=2, padding="same")),
    "two": trained(Conv2D(2, 3, activation="relu"), Conv2D(3, 3, activation="relu")),
}
print(json.dumps({"equal": {"shapes": shapes, "counts": counts}, "close": several}))
