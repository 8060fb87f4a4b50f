"""Two arrays of an .npz file."""

import json
import math
import zipfile

import numpy as np

from fastdense.dataset import Data
from fastdense.errors import FastdenseError, shown, unknown

SOURCE = "A file written by `numpy.savez`; nothing in it can run code."
HYPER = {"file": None, "x": "x", "y": "y"}
MAX_BYTES = 1 << 34
LARGE, MAX_TIMES = 1 << 30, 100  # from so many bytes on, an array may be so many times its size
SAVE = "save two, by numpy.savez(FILE, x=inputs, y=targets)"
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def load(hyper, folder):
    with opened(hyper["file"], folder, MAX_BYTES) as file:
        if file.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX:
            raise FastdenseError(
                f"{hyper['file']} is not an .npz file but one array, as by numpy.save; {SAVE}"
            )
        file.seek(0)
        if not zipfile.is_zipfile(file):
            raise FastdenseError(
                f'{hyper["file"]} is not an .npz file; {SAVE}, or read text by name = "csv"'
            )
        try:
            with zipfile.ZipFile(file) as archive:
                members = {name.removesuffix(".npy"): name for name in archive.namelist()}
                for key in (hyper["x"], hyper["y"]):
                    if not isinstance(key, str) or key not in members:
                        raise _absent(hyper, key, sorted(members))
                chosen = [members[hyper[key]] for key in ("x", "y")]
                _check_size(hyper["file"], archive, chosen)
                arrays = [_read(archive, name) for name in chosen]
        except (FastdenseError, MemoryError):
            raise
        except Exception as error:  # whatever zipfile, zlib and numpy's header parser trip over
            raise FastdenseError(f"{hyper['file']} is not an .npz file: {error}") from None
    return Data(*arrays)


def _absent(hyper, key, names):
    """The error for an array that is not there; of a file with other names, how to give those."""
    parts = []
    left = [name for name in names if name not in (hyper["x"], hyper["y"])]
    for part, what in (("x", "inputs"), ("y", "targets")):
        if hyper[part] == part and part not in names and left:
            parts.append(f"the {what} by {part} = {json.dumps(left.pop(0)[:40])}")
    if key not in ("x", "y") or not parts:
        return unknown(f"array in {hyper['file']}", key, names)
    return FastdenseError(
        f"unknown array in {hyper['file']} {shown(key)}; it holds {', '.join(names)[:100]}: name "
        f"{' and '.join(parts)}"
    )


def _check_size(file, archive, names):
    """Refuse what takes much memory and little of the disk before any memory is taken."""
    members = [archive.getinfo(name) for name in names]
    packed = sum(member.compress_size for member in members)
    size = sum(member.file_size for member in members)
    if size > MAX_BYTES:
        raise FastdenseError(f"{file} holds {size >> 20} MB; expected at most {MAX_BYTES >> 20}")
    if size > LARGE and size > MAX_TIMES * packed:
        raise FastdenseError(
            f"{file} would grow from {packed >> 10} kB to {size >> 20} MB; if that is meant, save "
            "it uncompressed, by numpy.savez"
        )


def _read(archive, name):
    """An array of the archive; memory is taken only for what is there, whatever it claims."""
    with archive.open(name) as member:
        version = np.lib.format.read_magic(member)
        if version not in HEADERS:
            raise ValueError(f"{name} is an array of format {version}, which holds records")
        shape, _, dtype = HEADERS[version](member)
        if dtype.hasobject:
            raise FastdenseError(
                f"{shown(name)} is an array of Python objects, which could run code; make it one "
                "of numbers, by astype(float), before numpy.savez"
            )
        claimed = math.prod(shape) * dtype.itemsize
        there = archive.getinfo(name).file_size - member.tell()
        if claimed > there:
            raise ValueError(f"{name} claims {claimed} bytes of numbers but holds {there}")
        member.seek(0)
        return np.lib.format.read_array(member, allow_pickle=False)


def opened(path, folder, most_bytes):
    """Open a data file for reading, or say in one sentence why not."""
    if not isinstance(path, str) or "\0" in path:
        raise FastdenseError("data.file is missing; give the path of a file")
    full = folder / path
    where = str(full)[:200]
    try:
        if not full.is_file():
            what = "is not a file" if full.exists() else "does not exist"
            raise FastdenseError(f"{where} {what}; give the path of a data file")
        if full.stat().st_size > most_bytes:
            raise FastdenseError(f"{where} is larger than {most_bytes >> 20} MB")
        return full.open("rb")
    except OSError as error:
        raise FastdenseError(f"{where} cannot be read: {error.strerror}") from None
