"""Data sets that Keras keeps on disk, found where it leaves them."""

import os
from pathlib import Path

import numpy as np

from fastdense.data._whole import whole_of
from fastdense.dataset import Data
from fastdense.errors import FastdenseError

HYPER = {"rows": 0.0}  # training rows; all where it is 0
RANGES = {"rows": (0.0, 1e9)}
LIMIT = 255.0  # the brightest


def place(name):
    """Where Keras keeps a data set."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home) / "datasets" / name


def absent(name, path):
    """The error for a data set that is not there, and what puts it there."""
    return FastdenseError(
        f"{path} does not exist; keras.datasets.{name}.load_data() downloads it, once"
    )


def strange(name, path):
    """The error for a file that Keras did not write."""
    return FastdenseError(
        f"{path} is not as Keras writes it; remove it, and keras.datasets.{name}.load_data() "
        "downloads it again"
    )


def rows(hyper, images, labels):
    """The first training rows that are wanted, in [0, 1]: (n, height, width), or with channels."""
    count = whole_of(hyper, "rows") or len(images)
    images = images if images.ndim == 4 else images[..., np.newaxis]
    return Data(np.divide(images[:count], LIMIT, dtype=np.float32), labels[:count])
