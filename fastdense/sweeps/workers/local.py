"""Carries out jobs in threads of this process, one on each core."""

from fastdense.parallel import Workers, cores
from fastdense.sweeps.job import carry_out


class Local(Workers):
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
        self._most = 2 * count  # so that nobody waits for the next
        threads = max(most // count, 1)
        super().__init__(lambda job, check: carry_out(job, check, threads), count)

    @property
    def wants_more(self):
        """Whether another job is wanted."""
        return self.under_way < self._most
