"""How a file is written: whole or not at all, and never over one that the command reads."""

import contextlib
import errno
import os
import secrets
import stat
import tempfile
from pathlib import Path

from fastdense.errors import FastdenseError, shown


def check_folder(folder):
    """Check, before anything is trained, that a folder can be made and filled.

    It is made only when there is something to write.
    """
    path = Path(folder)
    try:
        existing = next(p for p in (path, *path.absolute().parents) if p.exists())
        with tempfile.TemporaryFile(dir=existing):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FastdenseError(f"cannot write into {str(path)[:200]!r}: {reason}") from None


def check_file(path, inputs=()):
    """Check, before the work, that a file can be written.

    Parameters
    ----------
    path : path
        The file. It may exist, for it was named.
    inputs : sequence of path
        What the command reads, by whatever name; they need not exist.

    Raises
    ------
    FastdenseError
        One of the inputs, a folder, a folder that is not there, or no permission.
    """
    path = Path(path)
    try:
        if any(_same(path, one) for one in inputs):
            raise FastdenseError(f"{shown(str(path))} is read by this command; give another file")
        reason = "it is a folder" if path.is_dir() else None
        if path.exists() and not os.access(path, os.W_OK):
            reason = "permission denied"
        if not path.parent.is_dir():
            reason = "its folder does not exist"
    except FastdenseError:
        raise
    except (OSError, ValueError) as error:  # a name that is too long, or holds a null
        reason = getattr(error, "strerror", None) or error
    if reason:
        raise FastdenseError(f"cannot write {shown(str(path))}: {reason}")
    check_folder(path.parent)


def _same(path, other):
    """Whether two names are of one file, through links too, or would be if it existed."""
    if os.path.realpath(path) == os.path.realpath(other):
        return True
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)


@contextlib.contextmanager
def appearing(path):
    """Yields a file of bytes beside a place, and moves it there when it is whole.

    A link's place is what it names. Into a pipe or a device it is written at once. A new file has
    the permissions that the user's mask leaves, one that is replaced keeps its own.
    """
    if path.exists() and not path.is_file():
        with _stream(path) as file:
            yield file
        return
    path = path.resolve()  # not before: what /dev/stdout names as a pipe has no place
    partial = path.with_name(f".fastdense-{secrets.token_hex(8)}")
    try:
        with open(partial, "xb") as file:
            yield file
        if path.exists():
            os.chmod(partial, stat.S_IMODE(path.stat().st_mode))
        os.replace(partial, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        # A write that fails names no file, and the name of a partial one says nothing to anybody.
        if isinstance(error, OSError) and error.filename in (None, str(partial)):
            error.filename, error.filename2 = str(path), None
        raise


def _stream(path):
    """A pipe or a device to write to; a pipe that nobody reads is not waited for."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise FastdenseError(
            f"cannot write {shown(str(path))}: nobody reads this pipe; start what reads it first"
        ) from None
    os.set_blocking(handle, True)
    return open(handle, "wb")


def write_atomically(path, content):
    """Write a whole file of text or bytes, or none."""
    write_together({path: content})


def write_together(contents):
    """Write several whole files of text or bytes, or none of them.

    Parameters
    ----------
    contents : dict of path to str or bytes
        The first of them appears last.
    """
    with contextlib.ExitStack() as files:
        for path, content in contents.items():
            file = files.enter_context(appearing(path))
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()  # what cannot be written fails before anything appears
