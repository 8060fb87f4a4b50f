"""Trains cases on the same fresh starts, side by side, and counts what that costs."""

import time
from dataclasses import dataclass

import numpy as np

from fastdense.devices import device_of
from fastdense.many import Trial, train_where_possible
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
    device : str
        Where trainings take place, but for those that it does not have.
    """

    def __init__(self, budget, on_progress=None, seconds=None, device="cpu"):
        device_of(device).demand()
        self.budget, self.spent, self.device = budget, 0.0, device
        self._on_progress = on_progress
        self._end = None if seconds is None else time.monotonic() + seconds

    def check(self, *_):
        """Raise `OutOfTime` when it is over."""
        if self._end is not None and time.monotonic() > self._end:
            raise OutOfTime

    def admit(self, case):
        """Check that the device trains a case as it is.

        Raises
        ------
        FastdenseError
            It does not.
        """
        if self.device != "cpu" and not case.refusal:
            task = prepare(case.network, case.recipe, case.data)
            device_of(self.device).check(task.trained)

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

        trained = iter(train_where_possible(trials, report, self.device))
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
