"""Threads that stay, and help with a piece of one training or prediction."""

import ctypes
import os
import threading
import time
from queue import SimpleQueue

_jobs = SimpleQueue()
_helpers = []


def cores():
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pause_address():
    """Address of a C function that lets other processes run, or 0."""
    try:
        function = ctypes.CDLL(None).sched_yield
    except (OSError, AttributeError, TypeError):
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value


def share(function, arguments, owner, ended=None):
    """`function` with each of several arguments: the first in this thread, the others in threads.

    Returns when all are done, or when an exception has ended the first: then, and in any case,
    `ended()` is called before the others are waited for. This thread only sleeps and looks: an
    interrupt inside a lock could leave it locked. The arguments are addresses of what `owner` owns;
    it is kept until the last thread is done, even if an interrupt ends the waiting.
    """
    done = []
    while len(_helpers) < len(arguments) - 1:
        thread = threading.Thread(target=_help, daemon=True, name="fastdense")
        _helpers.append(thread)
        thread.start()
    begun = 0
    try:
        for given in arguments[1:]:
            _jobs.put((function, given, owner, done))
            begun += 1
        function(*arguments[0])
    finally:
        if ended is not None:
            ended()
        while len(done) < begun:
            time.sleep(0)


def _help():
    while True:
        function, arguments, owner, done = _jobs.get()
        try:
            function(*arguments)
        finally:
            del owner  # before it waits for the next job
            done.append(True)


def _forget():
    # A forked process has none of its parent's threads.
    global _jobs
    _jobs = SimpleQueue()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
