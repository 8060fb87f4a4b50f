"""How much of a training one call does, and whether several threads share it."""

from functools import lru_cache

PIECE_SECONDS = 0.03  # aimed at; a call must return within 50 ms
TRUSTED_SECONDS = 0.003  # shorter pieces say little about speed
PATIENCE = 32  # pieces, at most, until the slower way is tried again
PROBE = 4  # and then in a piece of this part of the usual length
RECENT = 3  # pieces of a way that tell its speed
FIRST_BUDGET = 5_000_000
LARGEST_BUDGET = 1 << 60  # what a call's int64 holds, with room
GROWTH = 8.0
REMEMBERED = 64  # kinds of training
CAUTION = 8  # how much smaller the first pieces of a training are than the last one's


class Pace:
    """Chooses among ways to do the same work by how fast they turn out to be.

    Way 0 is one thread. The others are tried as soon as pieces are long enough to be compared, and
    again from time to time: other programs come and go. Since they only ever slow a piece down,
    a way is as fast as the fastest of its last pieces. What is chosen changes no result.
    """

    def __init__(self, ways):
        self._budgets = [FIRST_BUDGET] * ways
        self._recent = [()] * ways  # speeds, the latest last
        self._pieces = 0

    def choose(self):
        """The way of the next piece, and its budget."""
        self._pieces += 1
        speeds = [max(recent, default=0.0) for recent in self._recent]
        if speeds[0] == 0.0:
            return 0, self._budgets[0]
        for way, speed in enumerate(speeds):
            if speed == 0.0:
                self._budgets[way] = max(self._budgets[way], self._budgets[0] // PROBE)
                return way, self._budgets[way]
        best = max(range(len(speeds)), key=speeds.__getitem__)
        if len(speeds) > 1 and self._is_due():
            other = (best + 1) % len(speeds)
            return other, max(self._budgets[other] // PROBE, 1)
        return best, self._budgets[best]

    def _is_due(self):
        # Soon at first, for the first pieces also bring the data to the caches.
        pieces = self._pieces
        return pieces % PATIENCE == 0 or pieces >= 8 and pieces & (pieces - 1) == 0

    def note(self, way, budget, effort, seconds):
        """A piece is over: its budget, and how much was done, in the same unit."""
        seconds = max(seconds, 1e-9)
        if seconds >= TRUSTED_SECONDS:
            self._recent[way] = (*self._recent[way], effort / seconds)[-RECENT:]
        elif effort < budget:
            return  # the end of a training, too short to tell
        aim = min(PIECE_SECONDS * effort / seconds, GROWTH * budget)
        self._budgets[way] = min(max(int(aim), 1), LARGEST_BUDGET)

    def successor(self):
        """A pace to begin another training of the same kind with.

        It knows which way is the faster one, but its pieces begin small: a step that takes a few
        times as long must not make a call too long.
        """
        pace = Pace(len(self._budgets))
        pace._recent = list(self._recent)
        pace._budgets = [max(budget // CAUTION, 1) for budget in self._budgets]
        return pace


@lru_cache(REMEMBERED)
def _last(work, ways):
    return [Pace(ways)]


def pace_of(work, ways):
    """A `Pace` for a training, which begins where the last one of the same work had come to.

    Parameters
    ----------
    work : hashable
        What decides how long a step takes, and which way is the fastest.
    ways : int
    """
    last = _last(work, ways)
    last[0] = last[0].successor()
    return last[0]
