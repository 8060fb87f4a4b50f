"""Every output is an activation of a weighted sum over a window of an image and a bias."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fastdense.catalogue import Chosen
from fastdense.checks import whole
from fastdense.errors import FastdenseError
from fastdense.layers._units import Units
from fastdense.layers._windows import Windows, check_padding, pair

SOURCE = "LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE 86, 2278 (1998)"


@dataclass(frozen=True, repr=False)
class Conv2D(Units):
    """Filters over images (height, width, channels); a cross-correlation, as everywhere.

    Parameters
    ----------
    filters : int
        Number of channels of the outputs.
    kernel : int or (height, width)
        Of the windows.
    activation : str
        Name of an elementwise entry under `fastdense/activations`.
    stride, dilation : int or (height, width)
        From one window to the next, and from one place of a window to the next.
    padding : str
        "valid", or "same" with zeros around the image.
    use_bias, weights, bias, l1, l2, bias_l1, bias_l2, max_norm, trainable
        As `Units` has them; the weights are (height, width, channels, filters).
    """

    filters: int
    kernel: int | tuple[int, int]
    activation: str = "identity"
    stride: int | tuple[int, int] = field(default=1)
    padding: str | int | tuple[int, int] = "valid"
    dilation: int | tuple[int, int] = field(default=1)

    multiplies = True

    if TYPE_CHECKING:

        def __init__(
            self,
            filters: int,
            kernel: int | tuple[int, int],
            activation: str = "identity",
            stride: int | tuple[int, int] = 1,
            padding: str | int | tuple[int, int] = "valid",
            dilation: int | tuple[int, int] = 1,
            *,
            use_bias: bool = True,
            weights: Chosen = "glorot_uniform",
            bias: Chosen = "zeros",
            l1: float = 0.0,
            l2: float = 0.0,
            bias_l1: float = 0.0,
            bias_l2: float = 0.0,
            max_norm: float = 0.0,
            trainable: bool = True,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "filters", whole("filters", self.filters, 1))
        for name in ("kernel", "stride", "dilation"):
            object.__setattr__(self, name, pair(name, getattr(self, name)))
        padding = check_padding(self.padding, self.kernel, self.dilation)
        object.__setattr__(self, "padding", padding)
        super().__post_init__()
        if self.coupled:
            raise FastdenseError(
                f"{self.activation} couples a layer's units; only dense layers may use it"
            )

    @property
    def units(self):
        """Number of filters: a unit is the same at all places of an image."""
        return self.filters

    def windows(self, inputs):
        return Windows.of("conv2d", inputs, self.kernel, self.stride, self.padding, self.dilation)

    def outputs(self, inputs):
        windows = self.windows(inputs)
        return windows.down, windows.across, self.filters

    def parameters(self, inputs):
        height, width = self.kernel
        fans = height * width * inputs[2], height * width * self.filters
        shape = height, width, inputs[2], self.filters
        return self.weight_parameters(shape, *fans), self.bias_parameters(self.filters, *fans)

    def geometry(self, inputs):
        return self.windows(inputs)

    def buffers(self, inputs):
        windows = self.windows(inputs)
        return windows.high * windows.wide * windows.channels

    def products(self, inputs):
        down, across, filters = self.outputs(inputs)
        return down * across * filters * self.kernel[0] * self.kernel[1] * inputs[2]

    def forward(self, arrays, x, drawn, training):
        weights, bias = arrays
        windows = self.windows(x.shape[1:])
        shape = len(x), windows.down, windows.across, self.filters
        z = np.empty(shape, np.result_type(x, weights))
        z[:] = bias
        for i, j, inner, outer in windows.taps():
            z[outer] += x[inner] @ weights[i, j]
        return self.activate(z)[0], (x, z)

    def backward(self, arrays, kept, delta):
        weights, _ = arrays
        x, z = kept
        delta = self.activate(z, delta)[1]
        below, gradient = (np.zeros(one.shape, delta.dtype) for one in (x, weights))
        for i, j, inner, outer in self.windows(x.shape[1:]).taps():
            gradient[i, j] = np.tensordot(x[inner], delta[outer], axes=([0, 1, 2],) * 2)
            below[inner] += delta[outer] @ weights[i, j].T
        return below, (gradient, delta.sum(axis=(0, 1, 2)))


LAYER = Conv2D
