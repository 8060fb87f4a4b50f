"""What an HDF5 file holds, read in a process of its own: its library crashes on damaged files."""

import io
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.files import safetensors

SECONDS = 120.0
LARGEST = 1 << 30  # bytes of all arrays together
ROOT = str(Path(__file__).resolve().parents[2])


def contents(data, path):
    """The arrays and the attributes of a file, given its bytes.

    Returns
    -------
    arrays : dict
        By path in the file.
    attributes : dict
        By path of the group, and then by name: text, or a list of texts.

    Raises
    ------
    FastdenseError
        h5py is not installed, or the file is damaged.
    """
    if find_spec("h5py") is None:
        raise FastdenseError(f"{path} is an HDF5 file; pip install 'fastdense[keras]' to read it")
    paths = os.pathsep.join([ROOT, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env=os.environ | {"PYTHONPATH": paths},
        )
    except subprocess.TimeoutExpired:
        raise FastdenseError(
            f"{path} took more than {SECONDS:g} s to be read; it is damaged"
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it crashed"]
        raise FastdenseError(f"{path} is no HDF5 file that can be read: {said[0][:200]}")
    arrays, about = safetensors.parsed(path, np.frombuffer(done.stdout, np.uint8))
    return arrays, about["attributes"]


def _text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _attributes(item):
    """Those of a group that are text."""
    found = {}
    for name, value in item.attrs.items():
        if isinstance(value, (bytes, str)):
            found[name] = _text(value)
        elif np.ndim(value) == 1 and len(value) < 10_000:
            found[name] = [_text(one) for one in value]
    return found


def _read(data):
    """Arrays and attributes, by h5py."""
    import h5py

    arrays, attributes, size = {}, {}, 0
    with h5py.File(io.BytesIO(data), "r") as file:
        attributes[""] = _attributes(file)

        def visit(name, item):
            nonlocal size
            if isinstance(item, h5py.Dataset):
                size += item.nbytes
                if size > LARGEST:
                    raise ValueError(f"its arrays take more than {LARGEST:,} bytes")
                if item.dtype.kind in "fiu":
                    kind = item.dtype if item.dtype in (np.float32, np.float64) else None
                    kind = kind or ("float32" if item.dtype.kind == "f" else "int64")
                    arrays[name] = np.ascontiguousarray(item[()], kind)
            else:
                attributes[name] = _attributes(item)

        file.visititems(visit)
    return arrays, attributes


if __name__ == "__main__":
    arrays, attributes = _read(sys.stdin.buffer.read())
    for part in safetensors.parts(arrays, {"attributes": attributes}):
        sys.stdout.buffer.write(part)
