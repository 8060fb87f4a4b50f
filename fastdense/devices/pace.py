"""How much of a training one call does, and whether several threads share it."""

PIECE_SECONDS = 0.03  # aimed at; a call must return within 50 ms
TRUSTED_SECONDS = 0.003  # shorter pieces say little about speed
PATIENCE = 32  # pieces, at most, until the slower way is tried again
PROBE = 4  # and then in a piece of this part of the usual length
FIRST_BUDGET = 5_000_000
LARGEST_BUDGET = 1 << 60  # what a call's int64 holds, with room
GROWTH = 8.0


class Pace:
    """Chooses among ways to do the same work by how fast they turn out to be.

    Way 0 is one thread. The others are tried as soon as pieces are long enough to be compared, and
    again from time to time: other programs come and go. What is chosen changes no result.
    """

    def __init__(self, ways):
        self._budgets = [FIRST_BUDGET] * ways
        self._speeds = [0.0] * ways
        self._pieces = 0

    def choose(self):
        """The way of the next piece, and its budget."""
        self._pieces += 1
        if self._speeds[0] == 0.0:
            return 0, self._budgets[0]
        for way, speed in enumerate(self._speeds):
            if speed == 0.0:
                self._budgets[way] = self._budgets[0]
                return way, self._budgets[way]
        best = max(range(len(self._speeds)), key=self._speeds.__getitem__)
        if len(self._speeds) > 1 and self._is_due():
            other = (best + 1) % len(self._speeds)
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
            self._speeds[way] = effort / seconds
        growth = min(PIECE_SECONDS / seconds, GROWTH)
        self._budgets[way] = min(max(int(budget * growth), 1), LARGEST_BUDGET)
