"""Threads that stay, and help with a piece of one training."""

import ctypes
import os
import threading
import time
from queue import SimpleQueue

from fastdense.kernels.layout import CLAIM, ENDED

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


def call_together(function, arguments, team, members, budget):
    """`function(*arguments, member, budget)` for all members, number 0 in this thread.

    The others end when number 0 does, or when an exception ends it. This thread only sleeps and
    looks: an interrupt inside a lock could leave it locked.
    """
    team[CLAIM] = team[ENDED] = 0
    ended = []
    while len(_helpers) < members - 1:
        thread = threading.Thread(target=_help, daemon=True, name="fastdense")
        _helpers.append(thread)
        thread.start()
    try:
        for member in range(1, members):
            _jobs.put((function, (*arguments, member, budget), ended))
        function(*arguments, 0, budget)
    finally:
        team[ENDED] = 1
        while len(ended) < members - 1:
            time.sleep(0)


def _help():
    while True:
        function, arguments, ended = _jobs.get()
        try:
            function(*arguments)
        finally:
            ended.append(True)


def _forget():
    # A forked process has none of its parent's threads.
    global _jobs
    _jobs = SimpleQueue()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
