"""What the order of rows, and their columns, tell."""

import numpy as np


def alike(values):
    """The largest correlation of a column (n, columns) with itself one row further on."""
    values = np.asarray(values, float)
    values = values - values.mean(axis=0)
    spread = (values**2).mean(axis=0)
    keep = spread > 0
    if len(values) < 2 or not keep.any():
        return 0.0
    products = (values[1:] * values[:-1]).mean(axis=0)
    return float((products[keep] / spread[keep]).max())


def related(values):
    """The largest correlation between two columns, whatever its sign."""
    values = np.asarray(values, float)
    values = values[:, values.std(axis=0) > 0]
    if values.shape[1] < 2:
        return 0.0
    between = np.abs(np.corrcoef(values, rowvar=False))
    np.fill_diagonal(between, 0.0)
    return float(between.max())
