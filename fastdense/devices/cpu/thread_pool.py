"""Threads that stay, and help with a piece of one training or prediction."""

import ctypes
import functools
import os
import threading
import time
from queue import SimpleQueue

_jobs = SimpleQueue()
_helpers = []


@functools.cache
def pause_address():
    """Address of a C function that lets other processes run, or 0."""
    try:
        function = ctypes.CDLL(None).sched_yield
    except (OSError, AttributeError, TypeError):
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value


class _Job:
    """A call that exactly one thread makes: the first to claim it."""

    def __init__(self, function, arguments, owner):
        self.function, self.arguments, self.owner = function, arguments, owner
        self._claims = []
        self.done = False

    def claim(self, who):
        self._claims.append(who)  # atomic
        return self._claims[0] is who

    def run(self):
        try:
            self.function(*self.arguments)
        finally:
            self.owner = None
            self.done = True


def share(function, arguments, owner, ended=None, jobs=None):
    """`function` with each of several arguments: the first in this thread, the others in threads.

    Parameters
    ----------
    arguments : list of tuples
        Addresses of what `owner` owns; it is kept until the last thread is done with it.
    ended : callable, optional
        Called when the first call has ended, by an exception too. Then calls that no thread has
        begun are left out; without it this thread makes them.
    jobs : list, optional
        Filled with the other threads' calls, for `settle` to wait for after an interrupt.

    Threads may be busy with other work, or not to be had: whoever is free helps. This thread only
    sleeps and polls: an interrupt inside a lock could leave it locked.
    """
    jobs = [] if jobs is None else jobs
    jobs[:] = [_Job(function, given, owner) for given in arguments[1:]]
    _have_helpers(len(jobs))
    try:
        for job in jobs:
            _jobs.put(job)
        function(*arguments[0])
        if ended is None:
            for job in jobs:
                if job.claim(jobs):
                    job.run()
    finally:
        if ended is not None:
            ended()
        settle(jobs)


def settle(jobs):
    """Wait until no thread is at work in some jobs; those that none has begun are left out."""
    theirs = [job for job in jobs if not job.claim(jobs)]
    while not all(job.done for job in theirs):
        time.sleep(0)
    jobs.clear()


def _have_helpers(count):
    while len(_helpers) < count:
        thread = threading.Thread(target=_help, daemon=True, name="fastdense")
        try:
            thread.start()
        except RuntimeError:  # the system allows no more
            return
        _helpers.append(thread)


def _help():
    while True:
        job = _jobs.get()
        if job.claim(_help):
            job.run()
        del job  # and what it keeps, before the next one comes


def _forget():
    # A forked process has none of its parent's threads.
    global _jobs
    _jobs = SimpleQueue()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
