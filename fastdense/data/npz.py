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
            with np.load(file, allow_pickle=False) as arrays:
                for key in (hyper["x"], hyper["y"]):
                    if key not in arrays:
                        raise unknown(f"array in {hyper['file']}", key, arrays.files)
                return arrays[hyper["x"]], arrays[hyper["y"]]
        except FastdenseError:
            raise
        except (ValueError, OSError, zipfile.BadZipFile, AttributeError, EOFError) as error:
            raise FastdenseError(f"{hyper['file']} is not an .npz file: {error}") from None


def opened(path, folder, most_bytes):
    """Open a data file for reading, or say in one sentence why not."""
    if not isinstance(path, str) or "\0" in path:
        raise FastdenseError("data.file is missing; give the path of a file")
    full = folder / path
    try:
        if not full.is_file():
            what = "is not a file" if full.exists() else "does not exist"
            raise FastdenseError(f"{full} {what}; give the path of a data file")
        if full.stat().st_size > most_bytes:
            raise FastdenseError(f"{full} is larger than {most_bytes >> 20} MB")
        return full.open("rb")
    except OSError as error:
        raise FastdenseError(f"{full} cannot be read: {error.strerror}") from None
