"""Carries out jobs in threads of this process, one on each core."""

import contextlib
import queue
import threading

from fastdense.parallel import Stopped, cores
from fastdense.sweeps.job import carry_out


class Local:
    """Workers that take jobs from a queue and give back their rows.

    Parameters
    ----------
    workers : int, optional
        As many as there are processors, if not given.
    jobs : int
        About how many there will be: where they are fewer than processors, each may use several.
    """

    waiting = ""  # as a `Cluster` without workers does

    def __init__(self, workers=None, jobs=1 << 30):
        most = self.workers = workers or cores()
        count = max(min(most, jobs), 1)
        self._room = 2 * count  # so that nobody waits for the next
        self._inbox, self._outbox = queue.SimpleQueue(), queue.SimpleQueue()
        self._under_way = 0
        self._stopped = False
        self._threads = max(most // count, 1)
        for _ in range(count):
            threading.Thread(target=self._work, daemon=True).start()
        self._count = count

    def _check(self):
        if self._stopped:
            raise Stopped

    def _work(self):
        while (job := self._inbox.get()) is not None:
            try:
                self._check()
                self._outbox.put((job, carry_out(job, self._check, self._threads)))
            except Stopped:
                return
            except BaseException as failure:  # for whoever collects
                self._outbox.put((job, failure))

    @property
    def busy(self):
        """Whether a job is under way or waiting."""
        return self._under_way > 0

    @property
    def room(self):
        """Whether another job is wanted."""
        return self._under_way < self._room

    def submit(self, job):
        self._under_way += 1
        self._inbox.put(job)

    def collect(self, seconds):
        """Jobs that ended, with their rows, after waiting so long for the first at most."""
        ended = []
        with contextlib.suppress(queue.Empty):
            ended.append(self._outbox.get(timeout=seconds))
            while True:
                ended.append(self._outbox.get_nowait())
        self._under_way -= len(ended)
        for _, rows in ended:
            if isinstance(rows, BaseException):
                raise rows
        return ended

    def hold(self):
        """Take back the jobs that have not begun."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._inbox.get_nowait()
                self._under_way -= 1

    def close(self):
        """End the workers, in the middle of a job if they have one."""
        self._stopped = True
        for _ in range(self._count):
            self._inbox.put(None)
