"""Windows that move over an image: their shape, how far they step, and what lies around the image.

Keras's "same" gives as many outputs as there are inputs, over the stride and rounded up; what is
missing is half before the image and half behind it, the odd one behind (TensorFlow's rule).
Numbers, as PyTorch has them, are rows and columns on either side.
"""

from typing import NamedTuple

import numpy as np

from fastdense.checks import whole
from fastdense.errors import FastdenseError, shown

PADDINGS = "valid", "same"


def pair(name, given, least=1):
    """(height, width) of one number or two."""
    values = given if isinstance(given, (list, tuple)) else (given, given)
    if len(values) != 2:
        raise FastdenseError(f"{name} is {shown(given)}; expected one number, or two")
    return tuple(whole(name, one, least) for one in values)


def check_padding(given, kernel, dilation=(1, 1)):
    """A padding as it is kept: a word, or (height, width), less than what a window covers."""
    if isinstance(given, str) or given is None:
        if given not in PADDINGS:
            raise FastdenseError(
                f'padding is {shown(given)}; expected "valid" or "same", or one number or two'
            )
        return given
    sides = pair("padding", given, 0)
    for side, k, d in zip(sides, kernel, dilation, strict=True):
        if side > d * (k - 1):
            raise FastdenseError(
                f"padding is {shown(given)} for windows of {_sides(kernel, dilation)}; expected "
                "less than a window, as some would hold nothing of the image"
            )
    return sides if any(sides) else "valid"


class Windows(NamedTuple):
    """Where windows stand on images (height, width, channels), and how many there are.

    `top` and `left` are rows and columns of the first window that lie before the image.
    """

    height: int
    width: int
    channels: int
    down: int
    across: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    top: int
    left: int
    high: int  # of what windows cover, the places around the image among them
    wide: int

    @classmethod
    def of(cls, layer, inputs, kernel, stride, padding, dilation=(1, 1)):
        """Those of a layer, named in messages.

        Raises
        ------
        FastdenseError
            The inputs are no images, or smaller than a window.
        """
        if len(inputs) != 3:
            raise FastdenseError(
                f"a {layer} layer takes images, not {inputs[0]} features; give the network "
                "inputs=(height, width, channels)"
            )
        counts, before, covered = [], [], []
        sides = (0, 0) if isinstance(padding, str) else padding
        for size, k, s, d, p in zip(inputs[:2], kernel, stride, dilation, sides, strict=True):
            extent = d * (k - 1) + 1
            if padding != "same":
                if extent > size + 2 * p:
                    raise FastdenseError(
                        f"a {layer} layer has windows of {_sides(kernel, dilation)} on images of "
                        f'{inputs[0]} x {inputs[1]}; give smaller ones, or padding="same"'
                    )
                counts.append((size + 2 * p - extent) // s + 1)
                before.append(p)
            else:
                count = -(-size // s)
                counts.append(count)
                before.append(max((count - 1) * s + extent - size, 0) // 2)
            covered.append((counts[-1] - 1) * s + extent)
        return cls(*inputs, *counts, *kernel, *stride, *dilation, *before, *covered)

    def taps(self):
        """`(row, column, slices of the image, slices of the windows)` for each place of a window.

        Of the windows that have that place within the image.
        """
        for i in range(self.kernel_height):
            rows = _along(self.height, self.down, self.stride_height,
                          i * self.dilation_height - self.top)  # fmt: skip
            for j in range(self.kernel_width):
                columns = _along(self.width, self.across, self.stride_width,
                                 j * self.dilation_width - self.left)  # fmt: skip
                (inner_rows, outer_rows), (inner, outer) = rows, columns
                yield i, j, np.s_[:, inner_rows, inner], np.s_[:, outer_rows, outer]


def _sides(kernel, dilation):
    return " x ".join(str(d * (k - 1) + 1) for k, d in zip(kernel, dilation, strict=True))


def _along(size, count, stride, shift):
    """Slices of an axis of the image and of the windows, where place 0 of window 0 is `shift`."""
    first = max(-(shift // stride), 0)
    last = min((size - 1 - shift) // stride, count - 1)
    if last < first:
        return slice(0, 0), slice(0, 0)
    begin = first * stride + shift
    return slice(begin, begin + (last - first) * stride + 1, stride), slice(first, last + 1)
