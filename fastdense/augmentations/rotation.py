"""The image turned by an angle of up to `degrees`, either way."""

import numpy as np

from fastdense.numerics.maths import cos_pi

SOURCE = (
    "Keras `ImageDataGenerator(rotation_range)`, which turns an image that is no square about a "
    "place beside its middle."
)
HYPER = {"degrees": 20.0}
RANGES = {"degrees": (0.0, 180.0 + 1e-9)}


def place(drawn, hyper, height, width):
    (degrees,) = hyper
    turn = (2.0 * drawn[0] - 1.0) * degrees / 180.0
    cosine, size = cos_pi(abs(turn)), cos_pi(abs(0.5 - abs(turn)))
    sine = size if turn >= 0.0 else -size
    return cosine, sine, -sine, cosine, 0.0, 0.0


def spec(drawn, hyper, shape):
    angle = np.radians((2 * drawn[:, 0] - 1) * hyper["degrees"])
    cosine, sine, none = np.cos(angle), np.sin(angle), np.zeros(len(drawn))
    return np.array([[cosine, sine, none], [-sine, cosine, none]])
