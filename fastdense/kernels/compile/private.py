"""Files of compiled code, in a folder of their own, that only this user and root can write."""

import contextlib
import functools
import os
import warnings
from pathlib import Path

OTHERS_WRITE = 0o022  # of a file's mode: may its group, or everybody, write to it?


@functools.cache
def folder() -> Path | None:
    """Where kernels are kept, or None, with a warning, if only this user can write to no folder.

    A cached kernel is code: a folder that others may write to is not used.
    """
    given = os.environ.get("FASTDENSE_CACHE_DIR")
    if not given:
        import platformdirs

        given = Path(platformdirs.user_cache_dir("fastdense")) / "kernels"
    path = Path(given)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
        problem = None if os.access(path, os.W_OK) else "you may not write to it"
        if os.name == "posix" and status.st_uid != os.geteuid():
            problem = "it belongs to another user"
        elif os.name == "posix" and status.st_mode & OTHERS_WRITE:
            problem = "other users may write to it"
    except OSError as error:
        problem = error.strerror or str(error)
    if problem is None:
        return path
    warnings.warn(
        f"compiled kernels are not kept in {path}: {problem}. Every start compiles them again, "
        "until FASTDENSE_CACHE_DIR names a folder that you alone can write to.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def read(path):
    """The content of a file.

    Raises
    ------
    OSError
        It cannot be read, or others may have written it.
    """
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())  # of the very file that is read
        if os.name == "posix" and (
            status.st_uid not in (os.geteuid(), 0) or status.st_mode & OTHERS_WRITE
        ):
            raise PermissionError(f"others may have written {path}")
        return file.read()


def write(path, content):
    """Write a file whole, in place of one that is there; or none, if there is no room for it."""
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        partial.unlink(missing_ok=True)
        with open(partial, "xb", opener=opened) as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:  # a full disk costs a compile at the next start, nothing else
        with contextlib.suppress(OSError):
            partial.unlink()


def opened(path, flags):
    """The descriptor of a file that is made, if it is, for this user alone."""
    descriptor = os.open(path, flags, 0o600)
    if os.name == "posix":
        os.fchmod(descriptor, 0o600)  # whatever the umask
    return descriptor
