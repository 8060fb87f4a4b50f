"""A piece of a sweep: some runs of one group, and what is kept of them.

A job holds data only, so it can be sent to another process; `carry_out` is a function of it.
"""

from dataclasses import dataclass, replace

import numpy as np

from fastdense.devices import device_of
from fastdense.many import Trial
from fastdense.measures import MEASURES
from fastdense.outcome import Thresholds
from fastdense.runs import Collector
from fastdense.task import Task, prepare


@dataclass(frozen=True, eq=False)
class Rows:
    """What is kept of some runs.

    Attributes
    ----------
    outcome : ndarray of uint8, shape (n,)
        Places in `OUTCOMES`.
    steps : ndarray of int, shape (n,)
    initial_loss, final_loss, final_test_loss, final_accuracy : ndarray, shape (n,)
        NaN where there is none.
    measured : ndarray, shape (n, measures)
    curve : ndarray of float32, shape (n, points)
        The loss at the evaluations that `curve_places` names; NaN after the end of a run.
    """

    outcome: np.ndarray
    steps: np.ndarray
    initial_loss: np.ndarray
    final_loss: np.ndarray
    final_test_loss: np.ndarray
    final_accuracy: np.ndarray
    measured: np.ndarray
    curve: np.ndarray

    @classmethod
    def blank(cls, count, measures, points):
        """Room for so many runs."""
        return cls(
            np.zeros(count, np.uint8),
            np.zeros(count, int),
            *np.full((4, count), np.nan),
            np.full((count, measures), np.nan),
            np.full((count, points), np.nan, np.float32),
        )

    def __len__(self):
        return len(self.outcome)


@dataclass(frozen=True, eq=False)
class Job:
    """Some runs of a group.

    Attributes
    ----------
    group : int
        Its place in the plan.
    runs : ndarray of int, shape (n,)
        Numbers of the runs in that group.
    task : Task
    varied : dict
        What `train_many` takes, to arrays (n,); the seeds at least.
    settings : dict
        What is kept of a run; see `plan.Settings`.
    device : str
        Where it is trained; it decides no bit.
    """

    group: int
    runs: np.ndarray
    task: Task
    varied: dict
    settings: dict
    device: str = "cpu"


def prepared(network, recipe, data, evaluate_every, observe_every):
    """A checked `Task` without initial parameters, since every run draws its own."""
    none = np.zeros(network.size, recipe.dtype)
    task = prepare(network, recipe, data, none, None, evaluate_every, observe_every)
    return replace(task, parameters=none[:0].copy())


def carry_out(job, check=lambda: None, threads=1):
    """Train the networks of a job in this thread; returns the `Rows`.

    `check` is called every few milliseconds, and may raise to stop.
    """
    task, settings = job.task, job.settings
    trial = Trial.of(task, job.varied, Thresholds(**settings["thresholds"]), job.device)
    measures = [MEASURES[name].of for name in settings["measures"]]
    places = curve_places(task.evaluations, settings["curve_points"])
    rows = Rows.blank(len(job.runs), len(measures), len(places))
    collector = Collector(task, len(job.runs)) if measures else None

    def store(first, results):
        results = trial.judged(first, results)
        _keep(rows, slice(first, first + len(results["steps"])), results, places)
        if collector:
            collector.store(first, results)

    device_of(job.device).train_here(*trial.job, store, check, threads)
    if collector:
        with np.errstate(all="ignore"):  # of losses that are not finite
            for row, run in zip(rows.measured, trial.runs(collector, 0.0), strict=True):
                row[:] = [of(run, task.data) for of in measures]
    return rows


def lanes_of(task, device="cpu"):
    """Networks that are trained side by side where there are enough."""
    return device_of(device).lanes_of(task)


def curve_places(evaluations, points):
    """Which evaluations of a run are kept as its curve: from the first to the last."""
    if points == 0:
        return np.zeros(0, int)
    return np.unique(np.linspace(0, evaluations - 1, points).round().astype(int))


def _keep(rows, where, results, places):
    last = results["rows"] - 1
    rows.outcome[where] = results["outcomes"]
    rows.steps[where] = results["steps"]
    rows.initial_loss[where] = results["loss"][:, 0]
    for name, curve in (
        ("final_loss", "loss"),
        ("final_test_loss", "test_loss"),
        ("final_accuracy", "accuracy"),
    ):
        if results[curve] is not None:
            getattr(rows, name)[where] = results[curve][np.arange(len(last)), last]
    held = places[places < results["loss"].shape[1]]
    with np.errstate(over="ignore"):  # a loss beyond float32 is infinite in the curve
        rows.curve[where, : len(held)] = results["loss"][:, held]
