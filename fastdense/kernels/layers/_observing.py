"""What is added up of the pre-activations where signals are observed."""

from numba import njit

from fastdense.kernels.compile.compiler import COLD
from fastdense.kernels.layout import PARTIAL_SUMS


@njit(**COLD)
def add_sizes(work, index, preactivations, stride, outputs, samples, first, lanes):
    """Add the sizes of a layer's pre-activations (outputs, samples, lanes), from sample `first` on.

    Sample by sample, so that the order of the sums does not depend on the chunk.
    """
    for b in range(samples):
        for lane in range(lanes):
            size = 0.0
            for row in range(outputs):
                size += abs(float(preactivations[row * stride + b * lanes + lane]))
            place = (index * PARTIAL_SUMS + (first + b) % PARTIAL_SUMS) * lanes + lane
            work.sizes[place] += size
