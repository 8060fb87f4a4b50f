"""Right predictions, counted."""

from numba import njit

from fastdense.kernels import layout
from fastdense.kernels.compiler import NUMPY


@njit(inline="never", **NUMPY)
def count_correct(kind, predictions, targets, outputs, samples, stride):
    """Right predictions among samples; counted per output where the outputs are binary."""
    correct = 0
    if kind == layout.LARGEST:
        for b in range(samples):
            best = 0
            truth = 0
            for o in range(1, outputs):
                if predictions[o * stride + b] > predictions[best * stride + b]:
                    best = o
                if targets[o * stride + b] > targets[truth * stride + b]:
                    truth = o
            correct += best == truth
    else:
        threshold = 0.5 if kind == layout.PROBABILITY else 0.0
        for o in range(outputs):
            for b in range(samples):
                i = o * stride + b
                correct += (predictions[i] > threshold) == (targets[i] > 0.5)
    return correct
