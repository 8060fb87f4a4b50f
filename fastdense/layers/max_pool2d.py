"""The largest number of each window of an image, by channel."""

from dataclasses import dataclass

import numpy as np

from fastdense.layers._pool import Pool

SOURCE = "Zhou and Chellappa, IEEE International Conference on Neural Networks 1988, 71-78"


@dataclass(frozen=True)
class MaxPool2D(Pool):
    """The largest number of each window; of equal ones the first takes the gradient.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        From one window to the next; as large as a window, if not given.
    padding : str, int or (int, int)
        "valid" for none, "same", or places on each side.

    Raises
    ------
    FastdenseError
        Inputs that are no images, or windows that do not fit into them.
    """

    def forward(self, arrays, x, drawn, training):
        windows = self.windows(x.shape[1:])
        shape = len(x), windows.down, windows.across, windows.channels
        most, where = np.full(shape, -np.inf, x.dtype), np.zeros(shape, int)
        for place, (_, _, inner, outer) in enumerate(windows.taps()):
            own, best = x[inner].real, most[outer].real
            better = (own > best) | np.isnan(own) & ~np.isnan(best)
            most[outer] = np.where(better, x[inner], most[outer])
            where[outer] = np.where(better, place, where[outer])
        return most, (x.shape, where)

    def backward(self, arrays, kept, delta):
        shape, where = kept
        below = np.zeros(shape, delta.dtype)
        for place, (_, _, inner, outer) in enumerate(self.windows(shape[1:]).taps()):
            below[inner] += np.where(where[outer] == place, delta[outer], 0.0)
        return below, ()


LAYER = MaxPool2D
