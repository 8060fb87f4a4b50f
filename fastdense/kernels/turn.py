"""One process compiles a kernel and the others wait for it; not for ever, for it may be stopped."""

import contextlib
import os
import warnings

NOTICE_SECONDS = 5.0  # of waiting, before the user is told
PATIENCE_SECONDS = 60.0  # before the kernel is compiled here too


@contextlib.contextmanager
def turn(folder, name):
    """A context in which no other process compiles the kernel `name`, unless it takes too long.

    The file of the lock stays: if it were removed, a process that waits for it and one that makes
    it anew could both hold it. There is one for each name, whatever the kernel's hash.
    """
    import platform

    import filelock

    lock, holder = filelock.FileLock(folder / f"{name}.lock"), folder / f"{name}.holder"
    if not _acquired(lock, name, holder):
        yield
        return
    try:
        with contextlib.suppress(OSError):
            holder.write_text(f"process {os.getpid()} on {platform.node()}", "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _acquired(lock, name, holder):
    """Whether the lock was to be had in time, or at all."""
    import filelock

    try:
        with contextlib.suppress(filelock.Timeout):
            lock.acquire(timeout=NOTICE_SECONDS)
            return True
        warnings.warn(
            f"waiting for {_named(holder)}, which compiles the kernel {name}; "
            f"after {PATIENCE_SECONDS:g} s this process compiles it too.",
            RuntimeWarning,
            stacklevel=2,
        )
        lock.acquire(timeout=PATIENCE_SECONDS - NOTICE_SECONDS)
        return True
    # The former is a `Timeout` or a full disk, the latter a file system without locks.
    except (OSError, NotImplementedError):
        return False


def _named(holder):
    try:
        return holder.read_text("utf-8", "replace")[:80] or "another process"
    except OSError:
        return "another process"
