"""The compiled device."""

import time

import numpy as np

from fastdense.devices.cpu.drawing import parts
from fastdense.devices.cpu.findings import about
from fastdense.devices.cpu.pack import Pack, most_groups, packed
from fastdense.devices.cpu.pack import most_lanes as lanes_of
from fastdense.devices.cpu.prediction import Predictor as predictor
from fastdense.devices.cpu.single import Single
from fastdense.kernels.layout import group_of
from fastdense.parallel import cores, on_all_cores

__all__ = [
    "about",
    "begin",
    "begin_packs",
    "check",
    "demand",
    "lanes_of",
    "parts",
    "predictor",
    "seconds_of",
    "train_here",
    "train_packs",
]


def demand():
    """It needs nothing but a processor."""


def check(task):
    """It trains all there is."""


def begin(task, threads=None):
    """The training of one network, which has not begun."""
    return Single(task, threads)


def begin_packs(task, variants, threads=None):
    """The trainings of variants side by side, which have not begun: pairs (rows, training).

    They are cut for as many `threads` as there are processors, if not given.
    """
    pieces = _cut([(task, variants)], threads or cores())
    return [(rows, _begin(task, variants[rows], 1)) for _, rows in pieces]


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
    most = threads or cores()
    pieces = list(_cut(jobs, most))
    shares = np.zeros(len(pieces))

    def work(index, check):
        number, rows = pieces[index]
        task, variants = jobs[number][0], jobs[number][1][rows]
        training = _begin(task, variants, max(most // len(pieces), 1))
        epochs = max(task.recipe.epochs, 1)
        while not training.done:
            training.advance()
            check()
            shares[index] = len(variants) * training.epoch / epochs
        stores[number](rows.start, training.results())
        shares[index] = len(variants)

    def poll():
        if on_progress is not None:
            on_progress(float(shares.sum()), total)

    total = sum(len(variants) for _, variants in jobs)
    on_all_cores(work, len(pieces), poll, threads)
    poll()


def train_here(task, variants, store, check, threads=1):
    """Train the variants of one task in this thread, a pack or a network at a time.

    Parameters
    ----------
    store : callable
        As in `train_packs`.
    check : callable
        Called after every piece, so every few milliseconds; it may raise to stop.
    threads : int
        How many may share the steps of a single network.
    """
    for _, rows in _cut([(task, variants)], 1):
        training = _begin(task, variants[rows], threads)
        while not training.done:
            training.advance()
            check()
        store(rows.start, training.results())


def seconds_of(task, variants, budget):
    """How long the variants would take in this thread, side by side, after trying for `budget`."""
    training = _begin(task, variants, 1)
    steps = task.recipe.epochs * -(-task.visits // task.batch)
    started = time.perf_counter()
    while (seconds := time.perf_counter() - started) < budget and not training.done:
        training.advance()
    if training.done:
        return seconds
    return seconds * steps / max(int(training.state[0]["step"]), 1)


def _begin(task, variants, threads):
    if len(variants) > 1:
        return Pack(task, variants)
    return Single(variants.task(task, 0), threads)


def _cut(jobs, threads):
    """Pieces of work: packs, and single networks where a pack would not be faster."""
    groups = sum(-(-len(variants) // group_of(task.recipe.dtype)) for task, variants in jobs)
    share = -(-groups // threads)
    for number, (task, variants) in enumerate(jobs):
        # As wide as pays, but of equal widths, and none so wide that a thread finds nothing to do.
        rounds = -(-share // most_groups(task))
        lanes = -(-share // rounds) * group_of(task.recipe.dtype)
        side_by_side = packed(task, len(variants))
        for first in range(0, side_by_side, lanes):
            yield number, slice(first, min(first + lanes, side_by_side))
        for alone in range(side_by_side, len(variants)):
            yield number, slice(alone, alone + 1)
