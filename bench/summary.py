"""Repeated measurements as median, minimum and spread."""

import statistics


def summary(values):
    """Median, minimum, maximum, the spread (their distance over the median), and all of them."""
    median = statistics.median(values)
    return {
        "median": median,
        "minimum": min(values),
        "maximum": max(values),
        "spread": (max(values) - min(values)) / median,
        "repeats": list(values),
    }
