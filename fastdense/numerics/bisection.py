"""Where slopes change sign: the best constant of a convex loss that has no formula for it."""

import numpy as np

MAX_HALVINGS = 200  # of an interval of floats; most end before, at two neighbors


def change_of_sign(slope, low, high):
    """Where `slope(at)` changes sign between `low` and `high`, all (columns,); it never falls."""
    for _ in range(MAX_HALVINGS):
        middle = 0.5 * (low + high)
        if ((middle == low) | (middle == high)).all():
            break
        below = slope(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)
