"""The files of a store: which they are, whether they are its own, and whether they are there yet.

A process that closes a file loses all its locks on it, SQLite's too. So nobody looks into the files
of a store that this process has open.
"""

import contextlib
import os
import stat
import sys
import threading
from collections import Counter

from fastdense.errors import FastdenseError, shown
from fastdense.files import lock

# What SQLite has beside a file, and how that begins where a process was killed; each may be empty.
BESIDE = {
    "-wal": (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", bytes(4)),
    "-shm": ((3007000).to_bytes(4, sys.byteorder), bytes(4)),
    "-journal": (b"\xd9\xd5\x05\xf9", bytes(4)),
}
LASTING = "", "-wal", "-shm"  # are the same files as long as the store is open

_open = Counter()  # how often this process has the store of a place open
_lock = threading.Lock()


def _renew():
    # A forked process has none of the threads that may have held it.
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def files_of(path):
    """The names of all files that a store may have, of which only the first stays."""
    place = os.path.realpath(path)
    return [place, *(place + suffix for suffix in (*BESIDE, lock.SUFFIX))]


@contextlib.contextmanager
def opening(path):
    """A context in which a store is opened and closed again.

    Raises
    ------
    FastdenseError
        Beside it is what SQLite would take for its own, and remove.
    """
    place = os.path.realpath(path)
    with _lock:
        if not _open[place]:
            _check_beside(place)
        _open[place] += 1
    try:
        yield
    finally:
        with _lock:
            _open[place] -= 1
            if not _open[place]:
                del _open[place]


def _check_beside(place):
    for suffix, beginnings in BESIDE.items():
        begins = _beginning(place + suffix)
        lost = suffix == "-wal" and begins and not _beginning(place)  # of a store that was moved
        if lost or begins not in (b"", *beginnings):
            raise FastdenseError(
                f"{shown(os.path.basename(place + suffix))} beside the store is not its own and "
                "would be lost; move it, or give the store another name"
            )


def _beginning(path):
    """The first bytes of a plain file, none where there is nothing, None of a folder or device."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return file.read(4)
    except FileNotFoundError:
        return b""


def identities(path):
    """By name, what tells the files of an open store from any others."""
    place = os.path.realpath(path)
    found = {place + suffix: _identity(place + suffix) for suffix in LASTING}
    return {name: identity for name, identity in found.items() if identity is not None}


def missing(known):
    """The name of a file that is not the one of `identities` any more; None if all are."""
    return next((name for name, identity in known.items() if _identity(name) != identity), None)


def _identity(path):
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino
