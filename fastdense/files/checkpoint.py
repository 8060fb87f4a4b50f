"""Checkpoint files: safetensors that say what wrote them, and whether their numbers are finite."""

import contextlib

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.files import safetensors
from fastdense.numerics.version import VERSION

FORMAT = "fastdense training 1"


def write(path, arrays, about):
    """Write a checkpoint, or leave the one that is there; see `safetensors.write`."""
    finite = {name: bool(np.isfinite(array).all()) for name, array in arrays.items()}
    safetensors.write(
        path, arrays, {"format": FORMAT, "numerics": VERSION, "finite": finite, **about}
    )


def read(path):
    """The arrays and the description of a checkpoint.

    Raises
    ------
    FastdenseError
        The file is not whole, or no checkpoint, or one of other numbers.
    """
    arrays, about = safetensors.read(path)
    if about.get("format") != FORMAT:
        raise FastdenseError(f"{shown(str(path))} is no checkpoint of a training; give one")
    if about.get("numerics") != VERSION:
        raise FastdenseError(
            f"{shown(str(path))} was written by a fastdense whose trainings have other bits "
            f"(version {shown(about.get('numerics'))}, here {VERSION}); go on with that one"
        )
    finite = {name: bool(np.isfinite(array).all()) for name, array in arrays.items()}
    if about.get("finite") != finite:
        raise _changed(path)
    return arrays, about


@contextlib.contextmanager
def explained(path):
    """Says of what cannot be read from a description that the file was changed."""
    try:
        yield
    except FastdenseError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise _changed(path) from None


def _changed(path):
    return FastdenseError(f"{shown(str(path))} was changed after it was written; give another one")
