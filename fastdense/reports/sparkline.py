"""A loss curve in a few characters."""

import math

import numpy as np

BARS = "▁▂▃▄▅▆▇█"
MIN_SPAN = math.log10(2)  # of the scale: a bar is a tenth of the loss, so that noise is flat


def sparkline(losses, width=16):
    """The shape of a curve (rows,) on a logarithmic scale; `×` where it is not finite.

    The scale spans the curve, but at least a factor of two: a curve within 5% is flat.
    """
    losses = np.asarray(losses, dtype=float)
    places = np.linspace(0, len(losses) - 1, min(width, len(losses))).round().astype(int)
    values = losses[places]
    finite = np.isfinite(values)
    if not finite.any():
        return "×" * len(values)
    # A Poisson loss may be negative. Halves, whose difference is always finite, look the same.
    values = values / 2 - min(values[finite].min() / 2, 0.0)
    top = values[finite].max()
    # A millionth of the largest is as good as nothing on this scale.
    logs = np.log10(np.maximum(np.where(finite, values, 0), max(top * 1e-6, 1e-300)))
    low, high = logs[finite].min(), logs[finite].max()
    bar = max(high - low, MIN_SPAN) / (len(BARS) - 1)
    heights = np.where(finite, (logs - low) / bar, 0).round().astype(int)
    heights += (len(BARS) - 1 - heights.max()) // 2  # what takes less than all stands in the middle
    return "".join(BARS[h] if f else "×" for h, f in zip(heights, finite, strict=True))
