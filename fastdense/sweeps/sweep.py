"""`sweep(base, grid, ...) -> Table`: a grid times seeds, trained as packs and kept in a store."""

import contextlib
import importlib.util
import signal
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fastdense.checks import whole
from fastdense.errors import FastdenseError, sentence, shown
from fastdense.judging.progress import watched
from fastdense.outcome import OUTCOMES
from fastdense.sweeps.estimate import seconds_each
from fastdense.sweeps.grid import read_grid
from fastdense.sweeps.job import lanes_of
from fastdense.sweeps.plan import MAX_IN_A_JOB, Base, Settings, make_plan
from fastdense.sweeps.store.writer import Store
from fastdense.sweeps.workers.local import Local

if TYPE_CHECKING:
    import os

    from fastdense.sweeps.table import Table

LOOK_SECONDS = 0.05
INSTALL = "python -m pip install 'fastdense[dask]'"
MAX_BYTES = 1 << 26  # of the initial parameters of a job
JOB_SECONDS = 0.5  # that a job should take, so that little is lost and little waited for


class Interrupted(KeyboardInterrupt):
    """The user interrupted; what ran then is finished and kept. The message says how much."""


@dataclass
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    total : int
        Runs of the sweep.
    kept : int
        Of these, were in the store before, as far as it was looked at.
    done : int
        Of these, trained since.
    outcomes : Counter
        Of the runs trained since.
    seconds : float
        Since the first was begun.
    skipped : list of str
        What was given up, and why, in sentences.
    waiting : str
        What is waited for, in a sentence, while nothing can go on; else empty.
    stopping : bool
        Whether the user has interrupted: what runs is finished, nothing else begun.
    """

    total: int
    kept: int = 0
    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    skipped: list[str] = field(default_factory=list)
    waiting: str = ""
    stopping: bool = False


def sweep(
    base: str | Mapping[str, Any],
    grid: Mapping[str, Any],
    *,
    seeds: int | None = None,
    first_seed: int = 0,
    arms: Sequence[str] = (),
    store: "str | os.PathLike[str] | None" = None,
    resume: bool = False,
    workers: int | None = None,
    dask: str | None = None,
    tls: Mapping[str, str] | None = None,
    device: str = "cpu",
    evaluate_every: int | None = None,
    measures: Sequence[str] = (),
    curve_points: int | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> "Table":
    """Train a network over a grid of fields and seeds, and keep what became of every run.

    Cells that differ in numbers only (learning rate, penalties, the optimizer's numbers, dropout,
    init_scale) are trained side by side; others in packs of their own. Every run has the bits that
    `train` gives it alone. Ctrl-C finishes what runs and keeps it; a second one stops at once.

    Parameters
    ----------
    base : str or dict
        A scenario's identifier or file, or tables as such a file has them; its `data` may also be
        a `Data` or a pair (inputs, targets).
    grid : dict
        Dotted paths of fields, such as "recipe.learning_rate" (or "learning_rate"),
        "network.hidden", "data.noise", or "init_scale" (a factor on the initial weights), to
        sequences of values, or to texts "lin:FROM:TO:COUNT" and "log:FROM:TO:COUNT".
    seeds : int, optional
        Of each cell; the scenario's own number (256) if not given. Where the seed changes nothing,
        one.
    first_seed : int
    arms : sequence of str
        Of the scenario; all if empty. Several are an axis of their own, "arm".
    store : path, optional
        A file to keep the runs in; memory only, if not given.
    resume : bool
        Whether the file may exist; the runs in it are not trained again.
    workers : int, optional
        Threads, or with `dask="local"` processes; as many as there are processors, if not given.
    dask : str, optional
        Address of a Dask scheduler whose workers do the work, such as "tcp://10.0.0.1:8786"
        (docs/cluster.md); or "local", for processes of this machine.
    tls : dict, optional
        Files for that: "ca_file", "cert" and "key".
    device : str
        Where networks are trained, of this machine; the runs have the same bits.
    evaluate_every : int, optional
        Epochs between evaluations, of which outcomes are found; about 200 a run if not given.
    measures : sequence of str
        Numbers to keep beside, as the claims of scenarios name them (docs/scenarios.md).
    curve_points : int, optional
        Of the thinned loss curve that is kept in the store: 33 if not given, 0 for none.
    on_progress : callable, optional
        Called as `on_progress(Progress)` about every 50 ms; it may raise to stop.

    Returns
    -------
    Table

    Raises
    ------
    FastdenseError
        An axis that does not exist, a value that cannot be trained, a store that cannot be written,
        a cluster that cannot be used.
    Interrupted
        After Ctrl-C, when what ran is kept; a KeyboardInterrupt.
    """
    if resume and store is None:
        raise FastdenseError("resume goes on with a store; give the file of one, by store")
    axes = read_grid(grid)
    kept = {} if curve_points is None else {"curve_points": curve_points}
    settings = Settings(evaluate_every, measures, **kept)
    plan = make_plan(Base(base, arms), axes, seeds, first_seed, settings, device)
    for note in plan.notes:
        warnings.warn(note, stacklevel=2)
    if on_progress is not None and not callable(on_progress):
        raise FastdenseError(f"on_progress is {shown(on_progress)}; expected a function or nothing")
    with (
        Store(store, resume) as kept_in,
        contextlib.closing(runner_of(plan.runs, workers, dask, tls, device)) as runner,
        watched(on_progress),
    ):
        report = _warning_of_waits(on_progress)
        progress = carry_out(plan, kept_in, runner, seconds_each(plan), report)
        for skipped in progress.skipped:
            warnings.warn(skipped, stacklevel=2)
        return kept_in.table()


def _warning_of_waits(on_progress):
    """`on_progress`, and before it, once a wait, a warning to the caller of `sweep`."""
    warned = False

    def report(progress):
        nonlocal warned
        if progress.waiting and not warned:
            warnings.warn(progress.waiting, stacklevel=4)
        warned = bool(progress.waiting)
        if on_progress is not None:
            on_progress(progress)

    return report


def runner_of(runs, workers=None, dask=None, tls=None, device="cpu"):
    """What carries out the jobs of a sweep: threads of this process, or a Dask cluster.

    Parameters
    ----------
    runs : int
        How many there are.
    workers, dask, tls, device : as in `sweep`

    Returns
    -------
    Local or Cluster
    """
    workers = None if workers is None else whole("workers", workers, 1)
    if dask is None:
        if tls:
            raise FastdenseError("TLS is for a Dask cluster; give the address of one, too")
        return Local(workers, jobs=runs)
    if device != "cpu":
        raise FastdenseError(
            f"the machines of a cluster train on their CPUs; leave out the device {shown(device)}"
        )
    if importlib.util.find_spec("distributed") is None:
        raise FastdenseError(
            f"sweeps on a cluster need distributed, which is not installed; run {INSTALL}"
        )
    from fastdense.sweeps.workers.dask import LOCAL, Cluster

    if not isinstance(dask, str):
        raise FastdenseError(f"dask is {shown(dask)}; expected the address of a scheduler")
    if workers is not None and dask != LOCAL:
        raise FastdenseError(
            f"the cluster at {dask} has workers of its own; give a number of workers without one, "
            f"or with {LOCAL!r} in its place"
        )
    if tls and dask == LOCAL:
        raise FastdenseError(
            f"a cluster of {LOCAL!r} processes has certificates of its own; leave the TLS files out"
        )
    return Cluster(dask, workers, tls)


def carry_out(plan, store, runner, seconds, on_progress=None):
    """Train what a store lacks of a plan.

    Parameters
    ----------
    plan : Plan
    store : Store
    runner : Local or Cluster
    seconds : ndarray, shape (groups,)
        About how long a run of each group takes.

    Returns
    -------
    Progress
    """
    progress = Progress(plan.runs)
    store.begin(plan.definition)
    started = time.monotonic()
    with interruptible() as interrupted:
        coming = _jobs(plan, store, runner.workers, seconds, progress)
        more = True
        while more or runner.busy:
            if interrupted() and not progress.stopping:
                progress.stopping, more = True, False
                runner.hold()
            looked = True
            while more and runner.wants_more:
                try:
                    job = next(coming)
                except StopIteration:
                    more = False
                    break
                if job is None:
                    looked = False
                    break
                runner.submit(job)
            for job, rows in runner.collect(LOOK_SECONDS if looked else 0):
                if isinstance(rows, str):
                    progress.skipped.append(sentence(rows))
                    continue
                store.keep(job, rows)
                progress.done += len(rows)
                counts = np.bincount(rows.outcome, minlength=len(OUTCOMES)).tolist()
                progress.outcomes.update(dict(zip(OUTCOMES, counts, strict=True)))
            progress.seconds = time.monotonic() - started
            progress.waiting = runner.waiting
            if on_progress is not None:
                on_progress(progress)
    store.commit()
    if progress.stopping:
        raise Interrupted(_how_much(progress, store.path))
    return progress


def _jobs(plan, store, workers, seconds, progress):
    for number, group in enumerate(plan.groups):
        missing = store.enter(number, group)
        progress.kept += group.runs - len(missing)
        share = len(missing) / (2 * workers)
        if not len(missing):
            yield None  # so that whoever waits can look around
        yield from group.jobs(number, missing, _runs_of_a_job(group, seconds[number], share))


def _runs_of_a_job(group, seconds, share):
    """How many runs a job should have, of so many seconds each; at most about its share."""
    lanes = lanes_of(group.task, group.device)
    most = lanes * max(round(min(JOB_SECONDS / seconds, share, MAX_IN_A_JOB) / lanes), 1)
    bytes_ = group.task.network.size * np.dtype(group.task.recipe.dtype).itemsize
    return max(min(most, MAX_BYTES // bytes_), 1)


def _how_much(progress, path):
    done = progress.kept + progress.done
    if path is None:
        return f"Interrupted after {done} of {progress.total} runs, which no --store keeps."
    return (
        f"Interrupted: {done} of {progress.total} runs are in {path}; "
        "the same command with --resume goes on."
    )


@contextlib.contextmanager
def interruptible():
    """Yields a function that tells whether the user has pressed Ctrl-C; the second time it raises.

    In other threads than the main one, which get no interrupts, it never does.
    """
    pressed = False

    def press(number, frame):
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
