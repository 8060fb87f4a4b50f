"""The mean of each window."""

from fastdense.kernels.layers._mean import backward, forward  # noqa: F401
