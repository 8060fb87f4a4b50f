"""A lock on a file, held by one process at a time: a file beside it, which the system forgets.

The lock is the system's (`flock`), so it ends with its process however that ends, and on a network
file system it holds for all machines. A file of that name which is not ours is left as it is. Who
removes it lets others in; `held` locks a file that stays for reasons of its own.
"""

import contextlib
import fcntl
import os

from fastdense.errors import FastdenseError, shown

SUFFIX = "-fastdense-lock"
CONTENT = b"This file may be removed while no sweep runs.\n"


class Held(Exception):
    """Somebody else has the lock."""


@contextlib.contextmanager
def held(path):
    """A context in which a file that is there is itself locked.

    Raises
    ------
    Held
    OSError
        It cannot be opened, or its file system knows no locks.
    """
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held from None
        yield
    finally:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)  # also for children that have it open
        os.close(handle)


class Lock:
    """Holds the lock on a file until it is released.

    Raises
    ------
    Held
    FastdenseError
        The file beside it has a content that is none of a lock.
    OSError
        The folder cannot be written to, or its file system knows no locks.
    """

    def __init__(self, path):
        self._path = os.path.realpath(path) + SUFFIX
        while not self._taken():
            pass  # its owner removed it meanwhile

    def _taken(self):
        """Whether the lock was taken and its file is still there."""
        self._handle, self._ours = self._opened()
        try:
            made, content = self._ours, os.pread(self._handle, len(CONTENT) + 1, 0)
            if content not in (b"", CONTENT):
                raise FastdenseError(
                    f"{shown(os.path.basename(self._path))} beside the store is in the place of a "
                    "lock but is none; move it, or give the store another name"
                )
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if made:
                os.write(self._handle, CONTENT)
            self._ours = made or content == CONTENT  # an empty one may be anybody's
            taken = self._is_there()
        except BlockingIOError:
            os.close(self._handle)
            raise Held from None
        except BaseException:
            self.release()
            raise
        if not taken:
            os.close(self._handle)
        return taken

    def _opened(self):
        """The file, and whether it was made."""
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        while True:
            with contextlib.suppress(FileExistsError):
                return os.open(self._path, flags | os.O_CREAT | os.O_EXCL, 0o666), True
            with contextlib.suppress(FileNotFoundError):
                return os.open(self._path, flags), False

    def _is_there(self):
        """Whether the file that is locked is still the one of its name."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._handle), os.lstat(self._path))
        return False

    def release(self):
        """Give the lock back, and remove its file while nobody else can have it."""
        with contextlib.suppress(OSError):
            if self._ours and self._is_there():
                os.unlink(self._path)
            fcntl.flock(self._handle, fcntl.LOCK_UN)  # also for children that have it open
        os.close(self._handle)
