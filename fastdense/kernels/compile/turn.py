"""One process compiles a kernel and the others wait for it; not for ever, for it may be stopped."""

import contextlib
import os
import time
import warnings

from fastdense.kernels.compile import private

LOOK_SECONDS = 0.05
NOTICE_SECONDS = 5.0  # of waiting, before the user is told
PATIENCE_SECONDS = 60.0  # before the kernel is compiled here too


@contextlib.contextmanager
def turn(folder, name):
    """A context in which no other process compiles the kernel `name`, unless it takes too long.

    The lock is the system's, on a file that stays: if it were removed, a process that waits for it
    and one that makes it anew could both hold it. There is one for each name, whatever the kernel's
    hash, and it holds the number of the last process that had it.
    """
    import fcntl

    try:
        file = private.opened(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT)
    except OSError:  # a full disk, or the file is another user's
        yield
        return
    try:
        if _is_locked(file, name):
            with contextlib.suppress(OSError):
                os.ftruncate(file, 0)
                os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)  # a forked child may have the file open, too
        os.close(file)


def _is_locked(file, name):
    """Lock a file; returns whether that was possible, and in time."""
    import fcntl

    began, told = time.monotonic(), False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            waited = time.monotonic() - began
        except OSError:  # a file system without locks
            return False
        if waited > PATIENCE_SECONDS:
            return False
        if waited > NOTICE_SECONDS and not told:
            told = True
            warnings.warn(
                f"waiting for {_holder(file)}, which compiles the kernel {name}; after "
                f"{PATIENCE_SECONDS:g} s this process compiles it too.",
                RuntimeWarning,
                stacklevel=2,
            )
        time.sleep(LOOK_SECONDS)


def _holder(file):
    number = os.pread(file, 20, 0)
    return f"process {number.decode()}" if number.isdigit() else "another process"
