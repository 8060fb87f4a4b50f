"""The image moved, either way, by up to `height` and `width` of its sides."""

import numpy as np

SOURCE = "Keras `ImageDataGenerator(height_shift_range, width_shift_range)`, given as shares."
HYPER = {"height": 0.1, "width": 0.1}
RANGES = {"height": (0.0, 1.0 + 1e-9), "width": (0.0, 1.0 + 1e-9)}


def place(drawn, hyper, height, width):
    down, right = hyper
    return (
        1.0, 0.0, 0.0, 1.0,
        (2.0 * drawn[0] - 1.0) * down * height, (2.0 * drawn[1] - 1.0) * right * width,
    )  # fmt: skip


def spec(drawn, hyper, shape):
    most = np.array([hyper["height"] * shape[0], hyper["width"] * shape[1]])
    moved = ((2 * drawn - 1) * most).T
    one, none = np.ones(len(drawn)), np.zeros(len(drawn))
    return np.array([[one, none, moved[0]], [none, one, moved[1]]])
