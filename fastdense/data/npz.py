"""Two arrays of an .npz file."""

import zipfile

import numpy as np

from fastdense.errors import FastdenseError, unknown

SOURCE = "A file written by `numpy.savez`; nothing in it can run code."
HYPER = {"file": None, "x": "x", "y": "y"}
MOST_BYTES = 1 << 34


def load(hyper, folder):
    with opened(hyper["file"], folder, MOST_BYTES) as file:
        try:
            if not zipfile.is_zipfile(file):
                raise ValueError("it is no archive of arrays")
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                for key in (hyper["x"], hyper["y"]):
                    if not isinstance(key, str) or key not in arrays:
                        raise unknown(f"array in {hyper['file']}", key, arrays.files)
                return [_read(arrays, hyper[key]) for key in ("x", "y")]
        except (FastdenseError, MemoryError):
            raise
        except Exception as error:  # whatever zipfile, zlib and numpy's header parser trip over
            raise FastdenseError(f"{hyper['file']} is not an .npz file: {error}") from None


def _read(arrays, key):
    array = arrays[key]
    if not isinstance(array, np.ndarray):  # a member that is no array comes back as its bytes
        raise ValueError(f"{key!r} is no array")
    return array


def opened(path, folder, most_bytes):
    """Open a data file for reading, or say in one sentence why not."""
    if not isinstance(path, str) or "\0" in path:
        raise FastdenseError("data.file is missing; give the path of a file")
    full = folder / path
    shown = str(full)[:200]
    try:
        if not full.is_file():
            what = "is not a file" if full.exists() else "does not exist"
            raise FastdenseError(f"{shown} {what}; give the path of a data file")
        if full.stat().st_size > most_bytes:
            raise FastdenseError(f"{shown} is larger than {most_bytes >> 20} MB")
        return full.open("rb")
    except OSError as error:
        raise FastdenseError(f"{shown} cannot be read: {error.strerror}") from None
