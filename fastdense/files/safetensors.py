"""Arrays with a description in one file that can run no code: the safetensors format.

Eight bytes give the length of a header in JSON, which names dtype, shape and place of each array;
the numbers follow (https://huggingface.co/docs/safetensors). What is read is checked before it is
believed: the header's length and depth, names, dtypes, shapes and places.
"""

import json
import os
from math import prod
from pathlib import Path

import numpy as np

from fastdense.errors import FastdenseError, shown
from fastdense.files.atomic import appearing

DTYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "|u1"}
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
MAX_HEADER = 1 << 20  # bytes
MAX_ARRAYS = 10_000
MAX_DEPTH = 64  # of brackets in a header, and in each of its descriptions


def write(path, arrays, about):
    """Write a file, or leave the one that is there; what is in it is as `parts` has it."""
    every = parts(arrays, about)
    with _explained("write", path), appearing(Path(path)) as file:
        for part in every:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def parts(arrays, about):
    """What such a file holds, piece by piece.

    Parameters
    ----------
    arrays : dict of str to ndarray
        float32, float64, int64 or uint8.
    about : dict of str to anything that JSON holds
        Kept as JSON under the header's `__metadata__`.
    """
    header, place = {"__metadata__": {k: json.dumps(v) for k, v in about.items()}}, 0
    for name, array in arrays.items():
        header[name] = {
            "dtype": NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that numbers stand where a processor reads them at once
    if len(text) > MAX_HEADER:
        raise FastdenseError(
            f"the description of the network takes {len(text):,} bytes; at most {MAX_HEADER:,} are "
            "written, so keep parameters that initializers name explicitly out of it"
        )
    return [
        len(text).to_bytes(8, "little"),
        text,
        *(np.ascontiguousarray(array).data for array in arrays.values()),
    ]


def read(path):
    """The arrays of a file, which are read-only, and what they are about: two dicts.

    Raises
    ------
    FastdenseError
        It cannot be read, or is no such file, or does not keep what its header promises.
    """
    with _explained("read", path):
        content = np.fromfile(path, np.uint8)
    return parsed(path, content)


def parsed(path, content):
    """`read` of the bytes (n,) of a file, whose path is for errors alone."""
    length = int.from_bytes(content[:8].tobytes(), "little")
    if len(content) < 8 or length > min(len(content) - 8, MAX_HEADER):
        raise _broken(path, f"its header is to have {length:,} bytes")
    header, body = _parsed(path, content[8 : 8 + length].tobytes()), content[8 + length :]
    if not isinstance(header, dict) or len(header) > MAX_ARRAYS:
        raise _broken(path, "its header is no table of arrays")
    about = header.pop("__metadata__", {})
    if not isinstance(about, dict) or not all(isinstance(v, str) for v in about.values()):
        raise _broken(path, "its description is no table of texts")
    arrays, place = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: _first(item[1])):
        arrays[name] = _array(path, name, entry, place, body)
        place += arrays[name].nbytes
    if place != len(body):
        raise _broken(path, f"{len(body) - place:,} bytes of it belong to no array")
    return arrays, {name: _parsed(path, text.encode()) for name, text in about.items()}


def _first(entry):
    try:
        first = entry["data_offsets"][0]
    except (TypeError, KeyError, IndexError):
        return -1
    return first if type(first) is int else -1


def _array(path, name, entry, place, body):
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _broken(path, f"{shown(name)} is not described as an array")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _broken(path, f"{shown(name)} has dtype {shown(dtype)}")
    whole = isinstance(shape, list) and all(type(n) is int and n >= 0 for n in shape)
    if not whole or len(shape) > 8:
        raise _broken(path, f"{shown(name)} has shape {shown(shape)}")
    count = prod(shape) * np.dtype(DTYPES[dtype]).itemsize
    if offsets != [place, place + count] or place + count > len(body):
        raise _broken(path, f"{shown(name)} is to stand at {shown(offsets)}")
    array = np.frombuffer(body[place : place + count], DTYPES[dtype]).reshape(shape)
    array.setflags(write=False)
    return array


def _parsed(path, text):
    depth = deepest = 0
    for byte in text:
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise _broken(path, "its header is nested too deep")
    try:
        return json.loads(text, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"its header is not JSON ({shown(str(error))})") from None


def _distinct(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _broken(path, reason):
    return FastdenseError(f"{shown(str(path))} is not a whole safetensors file: {reason}")


class _explained:
    """Turns what the system says of a file into a sentence."""

    def __init__(self, verb, path):
        self._verb, self._path = verb, path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, (OSError, TypeError)) or type(error) is ValueError:
            reason = getattr(error, "strerror", None) or error
            raise FastdenseError(
                f"cannot {self._verb} {shown(str(self._path))}: {reason}"
            ) from None
