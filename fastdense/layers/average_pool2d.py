"""The mean of each window of an image, by channel."""

from dataclasses import dataclass

import numpy as np

from fastdense.layers._pool import Pool

SOURCE = "LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE 86, 2278 (1998), section II.A"


@dataclass(frozen=True)
class AveragePool2D(Pool):
    """The mean of each window, of what of it lies within the image (as Keras has it).

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
        total = np.zeros((len(x), windows.down, windows.across, windows.channels), x.dtype)
        counts = np.zeros((1, windows.down, windows.across, 1))
        for _, _, inner, outer in windows.taps():
            total[outer] += x[inner]
            counts[outer] += 1
        return total / counts, (x.shape, counts)

    def backward(self, arrays, kept, delta):
        shape, counts = kept
        below, delta = np.zeros(shape, delta.dtype), delta / counts
        for _, _, inner, outer in self.windows(shape[1:]).taps():
            below[inner] += delta[outer]
        return below, ()


LAYER = AveragePool2D
