"""The image's height and width scaled, each by a factor from 1 / `high` to 1 / `low`."""

import numpy as np

SOURCE = "Keras `ImageDataGenerator(zoom_range=[low, high])`: below 1 the image is enlarged."
HYPER = {"low": 0.9, "high": 1.1}
RANGES = {"low": (0.01, 100.0), "high": (0.01, 100.0)}


def place(drawn, hyper, height, width):
    low, high = hyper
    span = high - low
    return low + span * drawn[0], 0.0, 0.0, low + span * drawn[1], 0.0, 0.0


def spec(drawn, hyper, shape):
    down, right = (hyper["low"] + (hyper["high"] - hyper["low"]) * drawn).T
    none = np.zeros(len(drawn))
    return np.array([[down, none, none], [none, right, none]])
