"""The orders in which epochs visit the rows: those that scikit-learn draws."""

import ctypes

import numpy as np

from fastdense.arrays.buffers import address
from fastdense.kernels.registry import program

MOST = 1 << 20  # numbers of the orders that are drawn ahead


def lines_ahead(epochs, visits, networks=1):
    """Epochs whose orders are drawn at once, of as many as nobody looks at."""
    return max(min(epochs, MOST // (visits * networks)), 1)


class Orders:
    """The orders of a network's epochs, each the one before it, shuffled.

    Parameters
    ----------
    random_state : RandomState
    rows : ndarray of int, shape (visits,)
        Where the first order begins from.
    table : ndarray of int, shape (ahead, visits, networks)
        Where the engine reads them: epoch e of network i visits the rows [e mod ahead, :, i].
    network : int
    """

    def __init__(self, random_state, rows, table, network=0):
        self._bits = random_state._bit_generator
        self._rows = np.array(rows, np.int64)
        self._places = np.empty_like(self._rows)
        self._table, self._network = table, network
        self._drawn = 0

    def draw(self, epochs):
        """Write those of the coming epochs to the table, up to as many as it has lines."""
        bits, (lines, visits, networks) = self._bits.ctypes, self._table.shape
        place = address(self._table) + self._table.itemsize * self._network
        word = ctypes.cast(bits.next_uint32, ctypes.c_void_p).value
        with self._bits.lock:
            program("visits", "float64")(
                word, bits.state_address, address(self._rows), address(self._places), visits,
                place, self._drawn, lines, epochs, networks,
            )  # fmt: skip
        self._drawn += epochs
