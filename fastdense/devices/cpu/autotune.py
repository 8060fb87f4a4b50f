"""How much of a training one call does, and whether several threads share it."""

from functools import lru_cache

PIECE_SECONDS = 0.03  # aimed at; a call must return within 50 ms
TRUSTED_SECONDS = 0.003  # shorter pieces say little about speed
PATIENCE = 32  # pieces, at most, until the slower strategy is tried again
PROBE = 4  # a trial of a strategy takes this part of a piece, by how fast it was
RECENT = 3  # pieces of a strategy that tell its speed
FIRST_BUDGET = 5_000_000
LARGEST_BUDGET = 1 << 60  # what a call's int64 holds, with room
GROWTH = 8.0
REMEMBERED = 64  # kinds of training
CAUTION = 8  # how much smaller the first pieces of a training are than the last one's


class Tuner:
    """Chooses among strategies for the same work by how fast they turn out to be.

    Strategy 0 is one thread; 1, if there is one, shares steps. That is tried as soon as pieces are
    long enough to be compared, and again from time to time, as the slower one always is: other
    programs come and go. Since they only ever slow a
    piece down, a strategy is as fast as the fastest of its last pieces. The first long piece of a
    training with each strategy tells nothing, for its memory is met for the first time. What is
    chosen changes no result.

    Parameters
    ----------
    strategies : int
        One or two.
    recent : list of tuples, optional
        For each strategy, the latest speeds of a training of the same kind, or none.
    """

    def __init__(self, strategies, recent=None):
        self.recent = recent = [()] * strategies if recent is None else list(recent)
        # A step may take a few times as long as where the speeds come from: pieces begin small.
        self._budgets = [
            max(int(max(speeds) * PIECE_SECONDS / CAUTION), 1) if speeds else FIRST_BUDGET
            for speeds in recent
        ]
        self._met = [False] * len(recent)
        self._pieces = 0
        self._tried = None  # a strategy that is tried until its speed is known

    def choose(self):
        """The strategy of the next piece, and its budget."""
        self._pieces += 1
        speeds = [max(recent, default=0.0) for recent in self.recent]
        if speeds[0] == 0.0:
            return 0, self._budgets[0]
        best = max(range(len(speeds)), key=speeds.__getitem__)
        if min(speeds) == 0.0:
            self._tried = speeds.index(0.0)
        elif len(speeds) > 1 and self._tried is None and self._is_due():
            self._tried = 1 - best
        if self._tried is None:
            return best, self._budgets[best]
        return self._tried, max(self._budgets[self._tried] // PROBE, 1)

    def _is_due(self):
        # Soon at first, for the first pieces also bring the data to the caches.
        pieces = self._pieces
        return pieces % PATIENCE == 0 or pieces >= 8 and pieces & (pieces - 1) == 0

    def note(self, strategy, budget, effort, seconds):
        """A piece is over: its budget, and how much was done, in the same unit."""
        seconds = max(seconds, 1e-9)
        if seconds >= TRUSTED_SECONDS:
            if self._met[strategy]:
                self.recent[strategy] = (*self.recent[strategy], effort / seconds)[-RECENT:]
                self._tried = None
            self._met[strategy] = True
        elif effort < budget:
            self._tried = None
            return  # the end of a training, too short to tell
        aim = min(PIECE_SECONDS * effort / seconds, GROWTH * self._budgets[strategy])
        self._budgets[strategy] = min(max(int(aim), 1), LARGEST_BUDGET)


@lru_cache(REMEMBERED)
def _last(work, strategies):
    return [Tuner(strategies)]


def tuner_of(work, strategies):
    """A `Tuner` for a training, which knows what the last one of the same work has found out.

    Parameters
    ----------
    work : hashable
        What decides how long a step takes, and which strategy is the fastest.
    strategies : int
    """
    last = _last(work, strategies)
    last[0] = Tuner(strategies, last[0].recent)
    return last[0]
