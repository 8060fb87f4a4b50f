"""Trains cases on the same fresh starts, side by side, and counts what that costs."""

import time
from dataclasses import dataclass

import numpy as np

from fastdense.many import Trial, train_trials
from fastdense.outcome import Thresholds
from fastdense.runs import Runs
from fastdense.task import prepare

POINTS = 40  # of a curve, at least where there are as many epochs
ROWS = 20_000  # on which predictions are judged, at most


@dataclass(frozen=True, eq=False)
class Trained:
    """A case on several starts.

    Attributes
    ----------
    case : Case
    seeds : ndarray of int, shape (k,)
    explained : ndarray, shape (k,)
        Share of the targets' variance that each explains at its end.
    runs : Runs or None
        None of a case that the engine refuses.
    """

    case: object
    seeds: np.ndarray
    explained: np.ndarray
    runs: Runs | None

    @property
    def outcomes(self):
        return np.array(["refused"] * len(self.seeds)) if self.runs is None else self.runs.outcome


class OutOfTime(Exception):
    """The seconds that were given are over."""


class Laboratory:
    """Trains cases, within a budget.

    Parameters
    ----------
    budget : float
        Multiply-adds that may be spent.
    on_progress : callable, optional
        `on_progress(done, total)` in shares of the budget; it may raise to stop.
    seconds : float, optional
        Of the clock, after which a training is broken off with `OutOfTime`.
    """

    def __init__(self, budget, on_progress=None, seconds=None):
        self.budget, self.spent = budget, 0.0
        self._on_progress = on_progress
        self._end = None if seconds is None else time.monotonic() + seconds

    def check(self, *_):
        """Raise `OutOfTime` when it is over."""
        if self._end is not None and time.monotonic() > self._end:
            raise OutOfTime

    def train(self, cases, seeds, observe=False):
        """The `Trained` of each case on the same seeds."""
        seeds = np.asarray(seeds, np.int64)
        jobs = [(case, _trial(case, seeds, observe)) for case in cases]
        trials = [trial for _, trial in jobs if trial is not None]
        cost = sum(case.work * len(seeds) for case, trial in jobs if trial is not None)

        def report(done, total):
            self.check()
            if self._on_progress:
                self._on_progress(self.spent + cost * done / max(total, 1), self.budget)

        trained = iter(train_trials(trials, report) if trials else [])
        self.spent += cost
        return [
            _refused(case, seeds) if trial is None else _judged(case, seeds, next(trained))
            for case, trial in jobs
        ]


def _trial(case, seeds, observe):
    if case.refusal:
        return None
    every = max(1, case.recipe.epochs // POINTS)
    task = prepare(
        case.network, case.recipe, case.data,
        evaluate_every=every, observe_every=every if observe else 0,
    )  # fmt: skip
    if case.start is None:
        return Trial.of(task, {"seeds": seeds}, Thresholds())
    start = case.begin_many(seeds, task.inputs.dtype)
    return Trial(task, {"seeds": seeds}, start, Thresholds())


def _refused(case, seeds):
    return Trained(case, seeds, np.full(len(seeds), -np.inf), None)


def _judged(case, seeds, runs):
    rows = np.arange(len(case.given))
    if len(rows) > ROWS:
        rows = np.random.default_rng(0).permutation(len(rows))[:ROWS]
    truth, inputs = case.truth.rows(rows), case.data.inputs[rows]
    explained = np.empty(len(seeds))
    for index in range(len(seeds)):
        parameters = runs.parameters[index]
        explained[index] = -np.inf
        if np.isfinite(parameters).all():
            explained[index] = truth.explained(case.estimates(parameters, inputs))
    return Trained(case, seeds, explained, runs)
