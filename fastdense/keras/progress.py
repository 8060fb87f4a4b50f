"""What `fit`, `evaluate` and `predict` print while they work."""

import sys
import time

import numpy as np

WIDTH = 20


def shown(value):
    """A number of the logs."""
    value = float(np.mean(value))
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def duration(seconds):
    """Of a step."""
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms"
    return f"{seconds * 1e6:.0f}us"


class Bar:
    """The line of an epoch, in the form of Keras 3.

    Parameters
    ----------
    steps : int
    verbose : int
        1 a bar, 2 one line at the end.
    """

    def __init__(self, steps, verbose):
        self.steps, self.verbose = steps, verbose
        self._started = time.perf_counter()
        self._live = verbose == 1 and sys.stdout.isatty()
        self._last = 0.0
        self._width = 0

    def update(self, done, logs, final=False):
        """Print how far it is."""
        now = time.perf_counter()
        seconds = now - self._started
        if self.verbose == 1:
            if not final and not (self._live and now - self._last >= 0.05):
                return
            self._last = now
            self._print_bar(done, logs, seconds, final)
        elif self.verbose == 2 and final:
            digits = len(str(self.steps))
            each = duration(seconds / max(self.steps, 1))
            print(
                f"{done:{digits}d}/{self.steps} - {seconds:.0f}s - {each}/step{_told(logs)}",
                flush=True,
            )

    def _print_bar(self, done, logs, seconds, final):
        digits = len(str(self.steps))
        full = int(WIDTH * done / max(self.steps, 1))
        plain = not self._live
        count = f"{done:{digits}d}/{self.steps}"
        bar, rest = "━" * full, "━" * (WIDTH - full)
        if not plain:
            count = f"\x1b[1m{count}\x1b[0m"
            bar, rest = f"\x1b[32m{bar}\x1b[0m", f"\x1b[37m{rest}\x1b[0m"
        each = seconds / max(done, 1)
        left = f"{seconds:.0f}s" if final else f"{each * (self.steps - done):.0f}s"
        left = left if plain else f"\x1b[1m{left}\x1b[0m"
        text = f"{count} {bar}{rest} {left} {duration(each)}/step{_told(logs)}"
        padding = " " * max(self._width - len(text), 0)
        self._width = len(text)
        begin = "\r" if self._live else ""
        sys.stdout.write(f"{begin}{text}{padding}" + ("\n" if final else ""))
        sys.stdout.flush()


def _told(logs):
    return "".join(f" - {name}: {shown(value)}" for name, value in logs.items())
