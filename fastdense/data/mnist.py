"""MNIST: 60,000 handwritten digits of 28 x 28 pixels, as Keras keeps them on disk."""

from fastdense.data import npz
from fastdense.data._keras import HYPER, RANGES, absent, place, rows, strange  # noqa: F401
from fastdense.errors import FastdenseError

SOURCE = "LeCun, Cortes and Burges (1998), The MNIST database; Keras `datasets.mnist`."


def load(hyper, folder):
    path = place("mnist.npz")
    if not path.is_file():
        raise absent("mnist", path)
    try:
        found = npz.load({"file": path.name, "x": "x_train", "y": "y_train"}, path.parent)
    except FastdenseError:
        raise strange("mnist", path) from None
    return rows(hyper, found.inputs.reshape(len(found), *found.shape), found.targets)
