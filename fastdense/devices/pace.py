"""How much of a training one call does, and whether several threads share it."""

PIECE_SECONDS = 0.03  # aimed at; a call must return within 50 ms
TRUSTED_SECONDS = 0.01  # shorter pieces say little about speed
PATIENCE = 32  # pieces, at most, until the slower way is tried again
FIRST_BUDGET = 1_000_000
LARGEST_BUDGET = 1 << 60  # what a call's int64 holds, with room


class Pace:
    """Chooses among ways to do the same work by how fast they turn out to be.

    Way 0 is one thread. The others are tried when pieces are long enough to be compared, and again
    from time to time: other programs come and go. What is chosen changes no result.
    """

    def __init__(self, ways):
        self._budgets = [FIRST_BUDGET] * ways
        self._speeds = [0.0] * ways
        self._pieces = 0

    def choose(self):
        """The way of the next piece, and its budget."""
        best = max(range(len(self._speeds)), key=self._speeds.__getitem__)
        way = best
        if self._speeds[0] > 0.0:
            untried = [i for i, speed in enumerate(self._speeds) if speed == 0.0]
            if untried:
                way = untried[0]
                self._budgets[way] = self._budgets[0]
            elif self._is_due():
                way = (best + 1) % len(self._speeds)
        self._pieces += 1
        return way, self._budgets[way]

    def _is_due(self):
        # Soon at first, for the first pieces also bring the data to the caches.
        pieces = self._pieces
        return pieces % PATIENCE == 0 or pieces & (pieces - 1) == 0

    def note(self, way, effort, seconds):
        """A piece is over, and how much was done, in the unit of a budget."""
        seconds = max(seconds, 1e-9)
        if seconds >= TRUSTED_SECONDS:
            self._speeds[way] = effort / seconds
        growth = min(PIECE_SECONDS / seconds, 4.0)
        self._budgets[way] = min(max(int(self._budgets[way] * growth), 1), LARGEST_BUDGET)
