"""A loss curve in a few characters."""

import numpy as np

BARS = "▁▂▃▄▅▆▇█"


def sparkline(losses, width=16):
    """The shape of a curve (rows,) on a logarithmic scale; `×` where it is not finite."""
    losses = np.asarray(losses, dtype=float)
    places = np.linspace(0, len(losses) - 1, min(width, len(losses))).round().astype(int)
    values = losses[places]
    finite = np.isfinite(values)
    if not finite.any():
        return "×" * len(values)
    top = values[finite].max()
    # A millionth of the largest is as good as nothing on this scale.
    logs = np.log10(np.maximum(np.where(finite, values, 0), max(top * 1e-6, 1e-300)))
    low, high = logs[finite].min(), logs[finite].max()
    if high - low < 1e-3:
        heights = np.full(len(values), 3)
    else:
        heights = ((logs - low) / (high - low) * (len(BARS) - 1)).round().astype(int)
    return "".join(BARS[h] if f else "×" for h, f in zip(heights, finite, strict=True))
