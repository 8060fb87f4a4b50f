"""Checkpoint files: safetensors that say what wrote them, and by a digest that nothing changed."""

import contextlib
import hashlib
import json

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.files import safetensors
from fastdense.numerics.version import VERSION

FORMAT = "fastdense training 2"


def write(path, arrays, about):
    """Write a checkpoint, or leave the one that is there; see `safetensors.write`."""
    about = {"format": FORMAT, "numerics": VERSION, **about}
    safetensors.write(path, arrays, {**about, "digest": _digest(arrays, about)})


def _digest(arrays, about):
    """Of the description and of all numbers, with the names, types and shapes of their arrays."""
    state = hashlib.blake2b(json.dumps(about, sort_keys=True).encode(), digest_size=16)
    for name, array in sorted(arrays.items()):
        state.update(f"{name} {array.dtype} {array.shape}".encode())
        state.update(np.ascontiguousarray(array).data)
    return state.hexdigest()


def read(path):
    """The arrays and the description of a checkpoint.

    Raises
    ------
    FastdenseError
        The file is not whole or was changed, or is no checkpoint, or one of other numbers.
    """
    arrays, about = safetensors.read(path)
    if about.get("format") != FORMAT:
        raise FastdenseError(f"{shown(str(path))} is no checkpoint of a training; give one")
    if about.get("numerics") != VERSION:
        raise FastdenseError(
            f"{shown(str(path))} was written by a fastdense whose trainings have other bits "
            f"(version {shown(about.get('numerics'))}, here {VERSION}); go on with that one"
        )
    if about.pop("digest", None) != _digest(arrays, about):
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
