"""What layers have in common that take one number of each window of an image and channel."""

from dataclasses import dataclass

from fastdense.entry import Layer
from fastdense.layers._windows import Windows, check_padding, pair


@dataclass(frozen=True)
class Pool(Layer):
    """A number of each window.

    Parameters
    ----------
    size : int or (height, width)
        Of the windows.
    stride : int or (height, width), optional
        From one window to the next; their size, if not given.
    padding : str, int or (height, width)
        "valid", or "same": windows may reach beyond the image, where nothing counts; or how far
        on either side, as in PyTorch.
    """

    size: int | tuple[int, int]
    stride: int | tuple[int, int] | None = None
    padding: str | int | tuple[int, int] = "valid"

    own_delta = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("size", self.size))
        stride = self.size if self.stride is None else self.stride
        object.__setattr__(self, "stride", pair("stride", stride))
        object.__setattr__(self, "padding", check_padding(self.padding, self.size))

    def windows(self, inputs):
        return Windows.of(self.entry_name(), inputs, self.size, self.stride, self.padding)

    def outputs(self, inputs):
        windows = self.windows(inputs)
        return windows.down, windows.across, inputs[2]

    def geometry(self, inputs):
        return self.windows(inputs)
