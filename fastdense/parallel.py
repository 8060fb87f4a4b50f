"""Threads that carry out jobs on all cores, and can be interrupted at any moment.

The main thread only waits for a queue of Python's own, which an interrupt leaves whole: one that
lands inside a lock or a condition, as a pool's `wait` takes them, can leave it locked and the
workers waiting for ever.
"""

import contextlib
import os
import threading
import time
from queue import Empty, SimpleQueue

POLL_SECONDS = 0.005
PATIENCE_SECONDS = 2.0  # with workers that are to end


def cores():
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Stopped(Exception):
    """Raised in a worker by `check` when all are to end."""


class Workers:
    """Threads that take jobs from a queue and give back what they found.

    Parameters
    ----------
    work : callable
        `work(job, check)`, called in one of the threads; it calls `check()` now and then, which
        ends it when the workers are closed.
    count : int
        Threads; fewer if the system allows no more.
    """

    def __init__(self, work, count):
        self._work = work
        self._inbox, self._outbox = SimpleQueue(), SimpleQueue()
        self._stopped = False
        self._threads = []
        self.under_way = 0  # jobs that are at work or waiting
        for _ in range(count):
            thread = threading.Thread(target=self._serve, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the system allows no more
                if not self._threads:
                    raise
                break
            self._threads.append(thread)

    @property
    def busy(self):
        """Whether a job is at work or waiting."""
        return self.under_way > 0

    def _check(self):
        if self._stopped:
            raise Stopped

    def _serve(self):
        while (given := self._inbox.get()) is not None:
            (job,) = given
            try:
                self._check()
                self._outbox.put((job, self._work(job, self._check), None))
            except Stopped:
                return
            except BaseException as failure:  # for whoever collects
                self._outbox.put((job, None, failure))

    def submit(self, job):
        """Let a job be done."""
        self.under_way += 1
        self._inbox.put((job,))

    def collect(self, seconds):
        """Jobs that ended and their results, after waiting so long for the first at most.

        The first exception of a job is raised.
        """
        ended = []
        with contextlib.suppress(Empty):
            ended.append(self._outbox.get(timeout=seconds))
            while True:
                ended.append(self._outbox.get_nowait())
        self.under_way -= len(ended)
        for _, _, failure in ended:
            if failure is not None:
                raise failure
        return [(job, result) for job, result, _ in ended]

    def hold(self):
        """Take back the jobs that have not begun."""
        with contextlib.suppress(Empty):
            while True:
                self._inbox.get_nowait()
                self.under_way -= 1

    def close(self, patience=0.0):
        """End the workers, in the middle of a job if they have one, and wait so many seconds."""
        self._stopped = True
        for _ in self._threads:
            self._inbox.put(None)
        # A worker ends within a piece of training, unless it is compiling.
        give_up = time.monotonic() + patience
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < give_up:
            time.sleep(POLL_SECONDS)


def on_all_cores(work, count, poll=lambda: None, threads=None):
    """The results of `work(index, check)` for every index below `count`, in order.

    `work` calls `check()` now and then, which ends it if another job has failed or the user has
    interrupted. `poll()` is called every few milliseconds. The first exception of a job, or of
    `poll`, is raised here once the workers have ended, or after two seconds. At most `threads` work
    at once: as many as there are processors, if not given.
    """
    results = [None] * count
    workers = Workers(work, min(threads or cores(), count))
    try:
        for index in range(count):
            workers.submit(index)
        while workers.busy:
            for index, result in workers.collect(POLL_SECONDS):
                results[index] = result
            poll()
    finally:
        workers.close(PATIENCE_SECONDS)
    return results
