"""`ProgressBar()`: how far a training, many, a sweep or a diagnosis is, while it goes on."""

import html
import sys
import time
from typing import Any

from fastdense.errors import plain

REFRESH_SECONDS = 0.1
CELLS, FEWEST = 24, 6  # of the bar on a terminal; where there is less space there is none


class ProgressBar:
    """A bar for `on_progress` of `train`, `train_many`, `sweep` and `diagnose`.

    In a notebook it stands below the cell; on a terminal it is a line on standard error, removed
    when the work is done. Anywhere else nothing is shown. It has the share that is done, the rate
    and the time that is left. A diagnosis may end long before its share is 100%: when it knows.

    Parameters
    ----------
    title : str, optional
    unit : str, optional
        Of what is counted, such as "epochs", for the rate.

    Examples
    --------
    >>> run = train(network, recipe, data, on_progress=ProgressBar())
    >>> runs = train_many(network, recipe, data, seeds=1000, on_progress=ProgressBar("seeds"))
    """

    def __init__(self, title: str = "", unit: str = "") -> None:
        self._title, self._unit = plain(str(title)), plain(str(unit))
        self._total: float | None = None
        self._first: tuple[float, float] | None = None  # done, and when
        self._told = 0.0
        self._last: tuple[float, float | None] = 0.0, None
        self._show = _notebook() or _terminal()

    def expect(self, total: float) -> None:
        """How much there is to do, told by what does not repeat it in every call."""
        self._total = total

    def __call__(self, done: Any, total: float | None = None) -> None:
        """Show how far it is: so much `done` of a `total`, or the `Progress` of a sweep."""
        if self._show is None:
            return
        if hasattr(done, "total"):
            done, total = done.done + done.kept, done.total
        total = self._total if total is None else total
        now = time.monotonic()
        if self._first is None:  # from here on it is timed
            self._first = done, now
        ended = total is not None and done >= total
        if not ended and now - self._told < REFRESH_SECONDS:
            return
        self._told = now
        begun, since = self._first
        rate = (done - begun) / (now - since) if now > since else 0.0
        self._show(self._title, done, total, _words(done, total, rate, self._unit), ended)
        self._last = done, total
        if ended:
            self._first = None  # the next work is timed by itself

    def finish(self) -> None:
        """There will be no more: remove the line, or say below the cell how long it took."""
        if self._show is None or self._first is None:
            return
        done, total = self._last
        words = f"ended after {clock(time.monotonic() - self._first[1])}"
        self._show(self._title, done, total, words, True)
        self._first = None


def _words(done, total, rate, unit):
    """Share, rate and time left, such as "45%  1,200 epochs/s  0:03 left"."""
    words = [f"{done:,.0f}" if total is None else f"{done / max(total, 1e-12):.0%}"]
    if rate > 0:
        if unit:
            words.append(f"{f'{rate:,.0f}' if rate >= 10 else f'{rate:.2g}'} {unit}/s")
        if total is not None and done < total:
            words.append(f"{clock((total - done) / rate)} left")
    return "  ".join(words)


def clock(seconds):
    """Seconds as 1:05 or 2:00:00."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _notebook():
    """What shows it below the cell of a notebook, or None where there is no notebook."""
    ipython = sys.modules.get("IPython")  # there is none without it
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    handle = None

    def show(title, done, total, words, ended):
        nonlocal handle
        shown = _Below(title, done, total, words)
        if handle is None:
            handle = ipython.display.display(shown, display_id=True)
        else:
            handle.update(shown)
        if ended:
            handle = None

    return show


class _Below:
    """A bar as a notebook shows it, and as one does that shows plain text only."""

    def __init__(self, title, done, total, words):
        self._title, self._done, self._total, self._words = title, done, total, words

    def __repr__(self):
        return f"{self._title}  {self._words}".strip()

    def _repr_html_(self):
        value = "" if self._total is None else f' value="{self._done}" max="{self._total}"'
        label = html.escape(self._title)
        return (
            f'<div role="status">{label} <progress{value}></progress> '
            f"{html.escape(self._words)}</div>"
        )


def _terminal():
    """What shows it as a line of a terminal, or None where standard error is none."""
    if not sys.stderr.isatty():
        return None
    import shutil

    def show(title, done, total, words, ended):
        width = shutil.get_terminal_size().columns - 1
        bar = ""
        cells = min(width - len(title) - len(words) - 4, CELLS)
        if total is not None and cells >= FEWEST:
            full = min(int(cells * done / max(total, 1e-12)), cells)
            bar = f"[{'#' * full}{' ' * (cells - full)}] "
        line = f"{title} {bar}{words}".strip()[:width]
        sys.stderr.write("\r" + " " * width + "\r" if ended else "\r" + line.ljust(width))
        sys.stderr.flush()

    return show
