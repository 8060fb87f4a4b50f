"""Left and right exchanged in a `share` of the samples."""

import numpy as np

SOURCE = "Keras `ImageDataGenerator(horizontal_flip=True)`."
HYPER = {"share": 0.5}
RANGES = {"share": (0.0, 1.0 + 1e-9)}


def place(drawn, hyper, height, width):
    (share,) = hyper
    return 1.0, 0.0, 0.0, -1.0 if drawn[0] < share else 1.0, 0.0, 0.0


def spec(drawn, hyper, shape):
    sign = np.where(drawn[:, 0] < hyper["share"], -1.0, 1.0)
    one, none = np.ones(len(drawn)), np.zeros(len(drawn))
    return np.array([[one, none, none], [none, sign, none]])
