"""CIFAR-10: 50,000 color images of 32 x 32 pixels in ten classes, as Keras keeps them on disk."""

import pickle

import numpy as np

from fastdense.data._keras import HYPER, RANGES, absent, place, rows, strange  # noqa: F401

SOURCE = "Krizhevsky (2009), Learning multiple layers of features; Keras `datasets.cifar10`."
TRAINING = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)
FOLDERS = (  # Keras 3, and before
    "cifar-10-batches-py-target/cifar-10-batches-py",
    "cifar-10-batches-py",
)


class _Arrays(pickle.Unpickler):
    """Reads arrays, and nothing that a file could have called."""

    def find_class(self, module, name):
        if (module, name) in {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}:
            return super().find_class(module, name)
        if name == "_reconstruct" and module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            return super().find_class("numpy._core.multiarray", name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an array")


def load(hyper, folder):
    return rows(hyper, *part(TRAINING))


def part(files):
    """Images (n, 32, 32, 3) and labels (n,) of some of the files."""
    paths = [place(name) for name in FOLDERS]
    path = next((path for path in paths if path.is_dir()), None)
    if path is None:
        raise absent("cifar10", paths[0])
    try:
        batches = [_batch(path / name) for name in files]
        images, labels = map(np.concatenate, zip(*batches, strict=True))
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError,
            IndexError, ImportError, pickle.UnpicklingError):  # fmt: skip
        raise strange("cifar10", path) from None
    return images, labels


def _batch(path):
    """Images (n, 32, 32, 3) and labels (n,) of one file, which has the channels first."""
    with path.open("rb") as file:
        found = _Arrays(file, encoding="bytes").load()
    images = np.asarray(found[b"data"], np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    labels = np.asarray(found[b"labels"], np.int64)
    if len(images) != len(labels):
        raise ValueError("as many labels as images")
    return images, labels
