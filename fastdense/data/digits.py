"""1,797 handwritten digits of 8 x 8 pixels, labeled 0 to 9; larger on request."""

from importlib import resources

import numpy as np

from fastdense.data._whole import whole_of
from fastdense.dataset import Data

SOURCE = (
    "Alpaydin and Kaynak (1998), Optical recognition of handwritten digits, UCI Machine Learning "
    "Repository, its test rows; CC BY 4.0. Numbers are in [0, 1]; a larger `size` is interpolated "
    "between pixels."
)
HYPER = {"size": 8.0}
RANGES = {"size": (8.0, 257.0)}


def load(hyper, folder):
    size = whole_of(hyper, "size")
    with (resources.files(__package__) / "_digits.npz").open("rb") as file:
        stored = np.load(file)
        pixels, labels = stored["pixels"], stored["labels"]
    images = pixels.reshape(-1, 8, 8, 1) / 16.0
    if size > 8:
        between = _between(8, size)
        images = np.einsum("ik,jl,nklc->nijc", between, between, images)
    return Data(images, labels)


def _between(count, size):
    """A matrix (size, count): linear interpolation between `count` pixels that cover as much."""
    places = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    first = np.minimum(places.astype(int), count - 2)
    found = np.zeros((size, count))
    found[np.arange(size), first] = 1 - (places - first)
    found[np.arange(size), first + 1] = places - first
    return found
