"""Data sets that Keras keeps on disk, found where it leaves them."""

import os
from pathlib import Path

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


def rows(hyper, images, labels):
    """The first training rows that are wanted, in [0, 1]."""
    count = int(hyper["rows"]) or len(images)
    return Data(images[:count] / LIMIT, labels[:count])
