"""Orders of rows as NumPy's `RandomState.shuffle` draws them, those of several epochs at once.

NumPy masks a random word and draws another while it is too large, so that a processor guesses wrong
at every third row. Here the words are taken in without a branch, and rows change places afterwards.
"""

import numpy as np
from numba import types

from fastdense.kernels.compile.pointers import call_uint32, offset


def visits(kind):
    """`(next_word, state, rows, places, count, table, line, lines, epochs, stride)`, its signature.

    Shuffles `count` rows once for each of some epochs, by words of the bit generator whose function
    and state these addresses are, and writes them to lines `line` and following of a table that
    begins anew behind `lines`; numbers of a line are `stride` apart. `places` is scratch.
    """

    def draw(next_word, state, rows, places, count, table, line, lines, epochs, stride):
        whole = np.int64(1)
        while whole < count - 1:
            whole = 2 * whole + 1
        for epoch in range(line, line + epochs):
            row, mask = count - 1, whole
            while row > 0:
                half = mask >> 1
                while row > half:
                    place = np.int64(call_uint32(next_word, (state,))) & mask
                    places[row] = place
                    row -= np.int64(place <= row)
                mask = half
            for i in range(count - 1, 0, -1):
                place = places[i]
                exchanged = rows[place]
                rows[place] = rows[i]
                rows[i] = exchanged
            target = offset(table, (epoch % lines) * count * stride)
            for i in range(count):
                target[i * stride] = rows[i]

    numbers, size = types.CPointer(types.int64), types.int64
    return draw, types.void(size, size, numbers, numbers, size, numbers, *[size] * 4)
