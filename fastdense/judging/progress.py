"""Progress that is told now and then, however often there is something to tell."""

import contextlib
import time

REFRESH_SECONDS = 0.1  # between two reports, at least


def throttled(on_progress=None, seconds=REFRESH_SECONDS):
    """`on_progress(done, total)`, called no more often than every so many seconds.

    Parameters
    ----------
    on_progress : callable, optional
        It may raise to stop. Nothing is told if not given.
    seconds : float
        The end, where `done` is `total`, is told at once.

    Returns
    -------
    callable
        With the same arguments.
    """
    told = -seconds

    def report(done, total):
        nonlocal told
        if on_progress is None:
            return
        now = time.monotonic()
        if now - told > seconds or done == total:
            told = now
            on_progress(done, total)

    return report


@contextlib.contextmanager
def watched(on_progress=None, total=None):
    """Work that an `on_progress` sees the beginning and the end of, if it has methods for that.

    `expect(total)` is told how much there is where calls do not say it, and `finish()` that there
    will be no more, however the work ends.
    """
    expect = getattr(on_progress, "expect", None)
    if expect is not None and total is not None:
        expect(total)
    try:
        yield
    finally:
        finish = getattr(on_progress, "finish", None)
        if finish is not None:
            finish()
