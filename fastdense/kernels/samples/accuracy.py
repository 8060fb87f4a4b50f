"""Right predictions, counted."""

from numba import njit

from fastdense.kernels import layout
from fastdense.kernels.compile.compiler import COLD
from fastdense.numerics.maths import exp


@njit(**COLD)
def count_correct(kind, predictions, targets, outputs, samples, stride, correct, lanes):
    """Count right predictions among samples for each lane; per output where those are binary."""
    for lane in range(lanes):
        correct[lane] = 0
    if kind == layout.LARGEST:
        for b in range(samples):
            for lane in range(b * lanes, b * lanes + lanes):
                best = 0
                truth = 0
                for o in range(1, outputs):
                    if predictions[o * stride + lane] > predictions[best * stride + lane]:
                        best = o
                    if targets[o * stride + lane] > targets[truth * stride + lane]:
                        truth = o
                correct[lane - b * lanes] += best == truth
    elif kind == layout.SHARE:
        # A softmax exceeds 1/2 at most at the largest: where all weigh less than two of that.
        for b in range(samples):
            for lane in range(b * lanes, b * lanes + lanes):
                best = 0
                for o in range(1, outputs):
                    if predictions[o * stride + lane] > predictions[best * stride + lane]:
                        best = o
                top = float(predictions[best * stride + lane])
                total = 0.0
                for o in range(outputs):
                    total += exp(float(predictions[o * stride + lane]) - top)
                for o in range(outputs):
                    chosen = o == best and total < 2.0
                    correct[lane - b * lanes] += chosen == (targets[o * stride + lane] > 0.5)
    else:
        threshold = 0.5 if kind == layout.PROBABILITY else 0.0
        for o in range(outputs):
            for b in range(samples):
                for lane in range(lanes):
                    i = o * stride + b * lanes + lane
                    correct[lane] += (predictions[i] > threshold) == (targets[i] > 0.5)
