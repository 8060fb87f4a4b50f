"""MNIST: 60,000 handwritten digits of 28 x 28 pixels, as Keras keeps them on disk."""

import zipfile

import numpy as np

from fastdense.data._keras import HYPER, RANGES, absent, place, rows  # noqa: F401
from fastdense.errors import FastdenseError

SOURCE = "LeCun, Cortes and Burges (1998), The MNIST database; Keras `datasets.mnist`."


def load(hyper, folder):
    path = place("mnist.npz")
    if not path.is_file():
        raise absent("mnist", path)
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            images, labels = arrays["x_train"], arrays["y_train"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise FastdenseError(f"{path} is not as Keras writes it: {error}; remove it") from None
    return rows(hyper, images[..., np.newaxis], labels)
