"""Calls a function for many jobs on all cores, and can be interrupted at any moment.

The main thread only sleeps and polls: an interrupt that lands inside a lock or a condition, as a
pool's `wait` takes them, can leave it locked and the workers waiting for ever.
"""

import itertools
import os
import threading
import time

POLL_SECONDS = 0.005
PATIENCE_SECONDS = 2.0  # with workers that are to end


def cores():
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Stopped(Exception):
    """Raised in a worker by `check` when the others are to end."""


def on_all_cores(work, count, poll=lambda: None, threads=None):
    """The results of `work(index, check)` for every index below `count`, in order.

    `work` calls `check()` now and then, which ends it if another job has failed or the user has
    interrupted. `poll()` is called every few milliseconds. The first exception of a job, or of
    `poll`, is raised here once the workers have ended, or after two seconds. At most `threads` work
    at once: as many as there are processors, if not given.
    """
    results = [None] * count
    failures = []
    stopped = False
    jobs = itertools.count()  # `next` of it is atomic

    def check():
        if stopped:
            raise Stopped

    def worker():
        try:
            while (index := next(jobs)) < count:
                check()
                results[index] = work(index, check)
        except Stopped:
            pass
        except BaseException as failure:
            failures.append(failure)

    workers = []
    try:
        for _ in range(min(threads or cores(), count)):
            workers.append(threading.Thread(target=worker, daemon=True))
            try:
                workers[-1].start()
            except RuntimeError:  # the system allows no more
                workers.pop()
                if not workers:
                    raise
                break
        while not failures and any(thread.is_alive() for thread in workers):
            poll()
            time.sleep(POLL_SECONDS)
    finally:
        stopped = True
        # A worker ends within a piece of training, unless it is compiling.
        give_up = time.monotonic() + PATIENCE_SECONDS
        while any(thread.is_alive() for thread in workers) and time.monotonic() < give_up:
            time.sleep(POLL_SECONDS)
    if failures:
        raise failures[0]
    return results
