"""The compiled device."""

import numpy as np

from fastdense.devices.pack import Pack, worth_packing
from fastdense.devices.parallel import on_all_cores
from fastdense.devices.session import Session
from fastdense.devices.threads import cores
from fastdense.kernels.layout import lanes_of


def train(task, on_progress=None, threads=None):
    """Train one network to the end; see `fastdense.training.train`."""
    session = Session(task, threads)
    while not session.done:
        session.advance()
        if on_progress is not None:
            on_progress(session.epoch)
    return session.result()


def train_packs(jobs, stores, on_progress=None, threads=None):
    """Train the variants of several tasks, side by side and on all cores.

    Parameters
    ----------
    jobs : list of (Task, Variants)
    stores : list of callables
        For each job, called as `store(first, results)`, from any thread, with the results of some
        variants from number `first` on, as they end; see `results_of`.
    on_progress : callable, optional
        Called as `on_progress(done, total)` in networks, fractions included.
    threads : int, optional
        How many share the work; as many as there are processors, if not given.
    """
    pieces = [(number, rows) for number, job in enumerate(jobs) for rows in _cut(*job)]
    shares = np.zeros(len(pieces))
    most = threads or cores()

    def work(index, check):
        number, rows = pieces[index]
        task, variants = jobs[number][0], jobs[number][1][rows]
        if len(variants) > 1:
            training = Pack(task, variants)
        else:
            training = Session(task, max(most // len(pieces), 1), variants)
        epochs = max(task.recipe.epochs, 1)
        while not training.done:
            training.advance()
            check()
            shares[index] = len(variants) * training.epoch / epochs
        stores[number](rows.start, training.results())
        shares[index] = len(variants)

    def look():
        if on_progress is not None:
            on_progress(float(shares.sum()), total)

    total = sum(len(variants) for _, variants in jobs)
    on_all_cores(work, len(pieces), look, threads)
    look()


def _cut(task, variants):
    """Slices of variants: packs, and single networks where a pack would not be faster."""
    lanes = lanes_of(task.recipe.dtype)
    for first in range(0, len(variants), lanes):
        end = min(first + lanes, len(variants))
        if worth_packing(task, end - first):
            yield slice(first, end)
        else:
            yield from (slice(i, i + 1) for i in range(first, end))
