"""Fashion-MNIST: 60,000 images of clothes of 28 x 28 pixels, as Keras keeps them on disk."""

import gzip
import zlib

import numpy as np

from fastdense.data._keras import HYPER, RANGES, absent, place, rows, strange  # noqa: F401

SOURCE = "Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747; Keras `datasets.fashion_mnist`."
SIDE, BEFORE_IMAGES, BEFORE_LABELS = 28, 16, 8  # pixels; bytes that a file begins with


def load(hyper, folder):
    return rows(hyper, *part("train"))


def part(name):
    """Images (n, 28, 28) and labels (n,), 0 to 255, of "train" or "t10k", which are to test on."""
    folder = place("fashion-mnist")
    paths = [folder / f"{name}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]
    for path in paths:
        if not path.is_file():
            raise absent("fashion_mnist", path)
    try:
        images, labels = (gzip.decompress(path.read_bytes()) for path in paths)
        pixels = np.frombuffer(images, np.uint8, offset=BEFORE_IMAGES)
        images = pixels.reshape(-1, SIDE, SIDE)
        labels = np.frombuffer(labels, np.uint8, offset=BEFORE_LABELS)
    except (OSError, EOFError, ValueError, zlib.error):
        raise strange("fashion_mnist", folder) from None
    return images, labels
