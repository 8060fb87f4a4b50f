"""Images of one figure each, a disc, square, triangle or cross, labeled 0 to 3."""

import numpy as np

from fastdense.data._whole import whole_of
from fastdense.numerics.exact import sin
from fastdense.numerics.streams import normal_quantile

SOURCE = (
    "A figure of random place and size, turned by up to `turn` degrees, on `size` x `size` pixels, "
    "with normal `noise`. A share `wrong` of the labels is drawn anew. Of the last class only a "
    "share `seen` of the angles is shown: with less than 1 it is seen from one side."
)
HYPER = {"size": 12.0, "classes": 3.0, "noise": 0.1, "turn": 180.0, "wrong": 0.0, "seen": 1.0}
RANGES = {
    "size": (6.0, 257.0), "classes": (2.0, 5.0), "noise": (0.0, 100.0), "turn": (0.0, 361.0),
    "wrong": (0.0, 1.0 + 2**-52), "seen": (0.0, 1.0 + 2**-52),
}  # fmt: skip
EDGE = 1.5  # pixels in which brightness falls off


def make(draw, hyper, count):
    size, classes = whole_of(hyper, "size"), whole_of(hyper, "classes")
    labels = np.floor(draw(count, 1)[:, 0] * classes).astype(int)
    places, sizes, angles = draw(count, 2), draw(count, 1), draw(count, 1)
    radius = 0.18 + 0.08 * sizes[:, 0]  # of the image's side
    center = 0.35 + 0.3 * places
    angle = angles[:, 0] * np.where(labels == classes - 1, hyper["seen"], 1.0)
    angle = angle * np.pi * hyper["turn"] / 180
    pixels = (np.arange(size) + 0.5) / size
    across = pixels[np.newaxis, np.newaxis, :] - center[:, 0, np.newaxis, np.newaxis]
    down = pixels[np.newaxis, :, np.newaxis] - center[:, 1, np.newaxis, np.newaxis]
    angle = angle[:, np.newaxis, np.newaxis]
    sine, cosine = sin(angle), sin(angle + np.pi / 2)
    x, y = cosine * across + sine * down, cosine * down - sine * across
    distances = np.stack([figure(x, y) for figure in FIGURES[:classes]])
    inside = radius[:, np.newaxis, np.newaxis] - distances[labels, np.arange(count)]
    images = np.clip(inside * size / EDGE + 0.5, 0.0, 1.0)
    images = images + hyper["noise"] * normal_quantile(draw(count, size, size))
    wrong = draw(count, 1)[:, 0] < hyper["wrong"]
    anew = np.floor(draw(count, 1)[:, 0] * classes).astype(int)
    return images[..., np.newaxis], np.where(wrong, anew, labels).astype(float)


def _disc(x, y):
    return np.sqrt(x * x + y * y)


def _square(x, y):
    return np.maximum(np.abs(x), np.abs(y)) * 1.2


def _triangle(x, y):
    return np.maximum(2 * y, np.abs(x) * 1.7320508075688772 - y)


def _cross(x, y):
    x, y = np.abs(x), np.abs(y)
    return np.maximum(np.maximum(x, y), 3.0 * np.minimum(x, y))


FIGURES = _disc, _square, _triangle, _cross
