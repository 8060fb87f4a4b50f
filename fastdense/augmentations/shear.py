"""Upright lines of the image leaned by up to `degrees`, either way."""

import numpy as np

from fastdense.numerics.maths import cos_pi

SOURCE = "Keras `ImageDataGenerator(shear_range)`."
HYPER = {"degrees": 10.0}
RANGES = {"degrees": (0.0, 90.0)}


def place(drawn, hyper, height, width):
    (degrees,) = hyper
    turn = (2.0 * drawn[0] - 1.0) * degrees / 180.0
    cosine, size = cos_pi(abs(turn)), cos_pi(abs(0.5 - abs(turn)))
    return cosine, 0.0, -size if turn >= 0.0 else size, 1.0, 0.0, 0.0


def spec(drawn, hyper, shape):
    angle = np.radians((2 * drawn[:, 0] - 1) * hyper["degrees"])
    one, none = np.ones(len(drawn)), np.zeros(len(drawn))
    return np.array([[np.cos(angle), none, none], [-np.sin(angle), one, none]])
