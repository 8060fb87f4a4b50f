"""Large arrays whose memory serves again when they are dropped.

A system takes back what a process frees, and is slow to hand it out again: a virtual machine needs
up to 3 ms for a megabyte that it meets for the first time.
"""

import contextlib
import ctypes
import weakref

import numpy as np

CACHE_LINE = 64  # bytes
UNIT = 1 << 21  # bytes of a huge page: what is smaller is not kept
MAX_KEPT = 1 << 28  # bytes that are kept while nothing uses them

# Memory that nothing uses, the oldest first. A finalizer may run at any moment, in any thread, so
# there is no lock: each access to the list is atomic.
_kept = []


class _Memory:
    """Some bytes, equal to themselves only."""

    def __init__(self, size):
        self.size, self.bytes = int(size), memoryview(np.empty(size, np.uint8))


def address(array):
    """Where an array's numbers stand; four times as fast as asking NumPy, if it may be written."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    except (TypeError, ValueError):  # read-only, or empty
        return array.ctypes.data


def aligned(count, dtype, make=np.zeros):
    """Zeros that begin on a cache line: vectors across two lines cost a step a fifth more.

    With `np.empty` for `make` they are not cleared, and may be anything.
    """
    dtype = np.dtype(dtype)
    return _at_a_line(make(count * dtype.itemsize + CACHE_LINE, np.uint8), count, dtype)


def buffer(count, dtype, keep=True):
    """Numbers that may be anything, and begin on a cache line.

    Their memory serves again if it is to be kept. What may never be written is not: no memory is
    taken for it, and none that others have written.
    """
    dtype = np.dtype(dtype)
    size = count * dtype.itemsize + CACHE_LINE
    if size < UNIT:
        return aligned(count, dtype)
    if not keep:
        return _at_a_line(np.empty(size, np.uint8), count, dtype)
    memory = _take(-(-size // UNIT) * UNIT)
    # What is made of an array that looks at a memoryview keeps this array alive, too.
    raw = np.frombuffer(memory.bytes, np.uint8)
    weakref.finalize(raw, _keep, memory).atexit = False
    return _at_a_line(raw, count, dtype)


def release():
    """Return to the system what is kept."""
    _kept.clear()


def _at_a_line(raw, count, dtype):
    first = -address(raw) % CACHE_LINE
    return raw[first : first + count * dtype.itemsize].view(dtype)


def _take(size):
    fitting = (memory for memory in list(_kept) if memory.size == size and _withdrawn(memory))
    found = next(fitting, None)
    if found is None:
        # What is kept makes way, so that a process holds no more than it has used at one time.
        del fitting
        _drop(size)
        found = _Memory(size)
    return found


def _drop(size):
    """Return so many bytes, or more, to the system, the oldest first, or all that is kept."""
    for memory in list(_kept):
        if size > 0 and _withdrawn(memory):
            size -= memory.size


def _withdrawn(memory):
    """Whether some memory was kept until now; another thread may have been faster."""
    with contextlib.suppress(ValueError):
        _kept.remove(memory)
        return True
    return False


def _keep(memory):
    if memory.size <= MAX_KEPT:
        _kept.append(memory)
        _drop(sum(kept.size for kept in list(_kept)) - MAX_KEPT)
