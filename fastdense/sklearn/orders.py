"""The orders in which epochs visit the rows: those that scikit-learn draws."""

import numpy as np

MOST = 1 << 20  # numbers of the orders that are drawn ahead


class Orders:
    """The orders of some epochs, where the engine reads them.

    Parameters
    ----------
    rows : int
    shuffle : bool
    random_state : RandomState
    epochs : int
        As many at most as are asked for at once.

    Attributes
    ----------
    table : ndarray of int, shape (ahead, rows)
        Epoch e visits the rows in line e mod `ahead`.
    most : int
    """

    def __init__(self, rows, shuffle, random_state, epochs):
        self._shuffle, self._random = shuffle, random_state
        ahead = max(min(epochs, MOST // rows), 1) if shuffle else 1
        self.table = np.empty((ahead, rows), np.int64)
        self.table[:] = np.arange(rows)
        self._last, self._plain = self.table[0], np.arange(rows)
        self._exchanged = self._plain.copy()
        self._drawn = 0
        self.most = ahead if shuffle else epochs  # that may be drawn at once

    def draw(self, epochs):
        """Draw those of the coming epochs; each is the one before it, shuffled."""
        if not self._shuffle:
            return
        exchanged, last = self._exchanged, self._last
        for line in range(self._drawn, self._drawn + epochs):
            exchanged[:] = self._plain
            self._random.shuffle(exchanged)
            place = self.table[line % len(self.table)]
            place[:] = last.take(exchanged)
            last = place
        self._last = last
        self._drawn += epochs
