"""Columns as a data frame of the library that is installed, pandas or polars."""

import importlib.util


def frame(columns):
    """A `pandas.DataFrame`; without pandas one of polars, and without both the columns as they are.

    Parameters
    ----------
    columns : dict
        Names to arrays, shape (rows,) each.
    """
    if importlib.util.find_spec("pandas") is not None:
        import pandas

        return pandas.DataFrame(columns)
    if importlib.util.find_spec("polars") is not None:
        import polars

        return polars.DataFrame(columns)
    return columns
