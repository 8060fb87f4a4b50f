"""Checks of single values that recipes, networks, data and scenarios share."""

import numpy as np

from fastdense.errors import FastdenseError, shown

NO_NUMBERS = bool, np.timedelta64  # though Python and NumPy take them for integers


def as_python(value):
    """What a NumPy array or scalar holds as Python has it; durations and dates as texts."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return value.astype(str).tolist() if kind in ("m", "M") else value.tolist()


def whole(name, value, low, high=None):
    """Check that a value is an integer of at least `low`, and give it as a Python integer.

    It may be `high` at most, if that is given.
    """
    integer = isinstance(value, (int, np.integer)) and not isinstance(value, NO_NUMBERS)
    if not integer or value < low or (high is not None and value > high):
        expected = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise FastdenseError(f"{name} is {shown(value)}; expected an integer {expected}")
    return int(value)  # a NumPy integer would overflow in what is computed from it


def seed(name, value):
    """Check that a value is a seed, and give it as a Python integer."""
    value = whole(name, value, 0)
    if value >= 2**63:
        raise FastdenseError(f"{name} is {shown(value)}; expected less than 2^63")
    return value


def real(name, value, low, high):
    """Check that a value is a finite number with `low <= value < high`, and give it as a float."""
    kinds = int, float, np.integer, np.floating
    if isinstance(value, NO_NUMBERS) or not isinstance(value, kinds):
        raise FastdenseError(f"{name} is {shown(value)}; expected a number")
    try:
        number = float(value)
    except OverflowError:  # a Python integer may be larger than any float
        number = float("inf")
    if not low <= number < high:
        expected = (
            f"a finite number of at least {low:g}"
            if high == float("inf")
            else f"{low:g} <= {name} < {high:g}"
        )
        raise FastdenseError(f"{name} is {shown(value)}; expected {expected}")
    return number
