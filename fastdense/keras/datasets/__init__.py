"""Data sets that Keras has left on disk; none is ever downloaded."""

import numpy as np

from fastdense.data._keras import place
from fastdense.keras.refused import refuse


def _arrays(name, file=None):
    """The arrays in a file of Keras's, by name."""
    path = place(file or f"{name}.npz")
    if not path.exists():
        raise FileNotFoundError(
            f"{path} does not exist, and nothing is downloaded here; put the file there: Keras's "
            f"datasets.{name}.load_data() leaves it there"
        )
    with np.load(path, allow_pickle=False) as found:
        return {key: found[key] for key in found.files}


class _OfArrays:
    """A data set of one file with training and test arrays."""

    def __init__(self, name):
        self.name = self.__name__ = name

    def load_data(self, path=None, test_split=0.2, seed=113, **_):
        found = _arrays(self.name)
        if "x_train" in found:
            return (found["x_train"], found["y_train"]), (found["x_test"], found["y_test"])
        x, y = found["x"], found["y"]  # Boston's houses, which are shuffled and split
        order = np.arange(len(x))
        np.random.RandomState(seed).shuffle(order)
        x, y, first = x[order], y[order], int(len(x) * (1 - test_split))
        return (x[:first], y[:first]), (x[first:], y[first:])


class _OfParts:
    """Fashion-MNIST, of four files."""

    __name__ = "fashion_mnist"

    def load_data(self):
        from fastdense.data.fashion_mnist import part

        return part("train"), part("t10k")


class _OfBatches:
    """CIFAR-10, of six files."""

    __name__ = "cifar10"

    def load_data(self):
        from fastdense.data.cifar10 import TEST, TRAINING, part

        (x, y), (x_test, y_test) = part(TRAINING), part(TEST)
        return (x, y[:, np.newaxis]), (x_test, y_test[:, np.newaxis])


mnist = _OfArrays("mnist")
boston_housing = _OfArrays("boston_housing")
california_housing = _OfArrays("california_housing")
fashion_mnist = _OfParts()
cifar10 = _OfBatches()


def __getattr__(name):
    if name in ("imdb", "reuters", "cifar100"):
        raise refuse(f"keras.datasets.{name}", "of these data sets there is no reader here")
    raise AttributeError(f"module 'keras.datasets' has no attribute {name!r}")
