"""`train_many(network, recipe, data, ...) -> Runs`: seeds and hyper-parameters side by side."""

import time
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from fastdense.arrays.conversion import numbers_of
from fastdense.checks import whole
from fastdense.devices import device_of
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.judging.progress import watched
from fastdense.network import Network
from fastdense.outcome import USUAL, Thresholds, check_thresholds, classify
from fastdense.recipe import Recipe
from fastdense.runs import Collector, Runs
from fastdense.settings import lanes
from fastdense.task import given_parameters, prepare
from fastdense.variants import Variants

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fastdense.dataset import Data

MAX_RUNS = 10_000_000


def train_many(
    network: Network,
    recipe: Recipe,
    data: "Data | tuple[ArrayLike, ArrayLike]",
    *,
    seeds: "ArrayLike | None" = None,
    parameters: "ArrayLike | None" = None,
    order: "ArrayLike | None" = None,
    evaluate_every: int = 1,
    observe_every: int = 0,
    thresholds: Thresholds = USUAL,
    on_progress: Callable[[float, int], object] | None = None,
    device: str = "cpu",
    threads: int | None = None,
    **varied: "ArrayLike",
) -> Runs:
    """Train a network again and again, with other seeds and hyper-parameters.

    Networks are trained side by side in the vector lanes of all cores. Each has the bits that
    `train` gives it alone.

    Parameters
    ----------
    network : Network
    recipe : Recipe
    data : Data or (inputs, targets)
    seeds : int or array_like of int, optional
        How many, from 0 on, or which; the recipe's own if not given.
    **varied : array_like
        The settings that `settings.lanes` knows, by the last part of their path: `learning_rate`,
        `l1`, `l2`, `clip_value`, `clip_norm`, a hyper-parameter of the optimizer
        (`momentum`, `beta1`, ...), `dropout` (the rate of all dropout layers) or `init_scale` (a
        factor on the initial weights, not the biases). These and the seeds are broadcast against
        each other as NumPy does: `seeds=256, learning_rate=[[0.1], [1.0]]` are 2 x 256 runs.
    parameters : array_like, shape (network.size,) or (*shape, network.size), optional
        Where to start; drawn from the seeds if not given.
    order, evaluate_every, observe_every, thresholds : as in `train`
    on_progress : callable, optional
        Called as `on_progress(done, total)`, in runs, every few milliseconds; it may raise to stop.
    device : str
    threads : int, optional
        How many share the work; as many as there are processors, if not given.

    Returns
    -------
    Runs

    Raises
    ------
    FastdenseError
        Shapes that do not broadcast, an unknown name, or a value out of its range.
    """
    if on_progress is not None and not callable(on_progress):
        raise FastdenseError(f"on_progress is {shown(on_progress)}; expected a function or nothing")
    if threads is not None:
        threads = whole("threads", threads, 1)
    task = prepare(network, recipe, data, None, order, evaluate_every, observe_every)
    varied = _broadcast(recipe, network, seeds, varied)
    check_thresholds(thresholds)
    trial = Trial(task, varied, _start(task, varied, parameters, device), thresholds)
    with watched(on_progress):
        (runs,) = train_trials([trial], on_progress, device, threads)
    return runs


class Trial:
    """A training with everything that is varied in it, ready to be carried out.

    Parameters
    ----------
    task : Task
    varied : dict
        Name to values, arrays of one shape; the seeds at least.
    start : ndarray, shape (n, network.size)
        Where each network starts.
    thresholds : Thresholds
    """

    def __init__(self, task, varied, start, thresholds=USUAL):
        self._task, self._varied, self._start = task, varied, start
        self._thresholds = thresholds
        # Of the data as they are now: their owner may write into them.
        self._baselines = task.baselines  # by draw
        self._shape = varied["seeds"].shape
        self.variants = Variants.of(task.network, task.recipe, start, varied)

    @classmethod
    def of(cls, task, varied, thresholds=USUAL, device="cpu"):
        """A task with what is varied in it, starting where the seeds say."""
        return cls(task, varied, _start(task, varied, None, device), thresholds)

    @property
    def job(self):
        """What a device is given: the task, and its variants."""
        return self._task.trained, self.variants

    def judged(self, first, results):
        """Results of the variants from number `first` on, with their "outcomes".

        These are places of `OUTCOMES`, or None where nothing was evaluated.
        """
        loss, ends = results["loss"], results["parameters"]
        if loss is None:
            return {**results, "outcomes": None}
        starts, draws = (a[first : first + len(ends)] for a in (self._start, self.variants.draw))
        outcomes = np.empty(len(ends), np.int8)
        for draw in np.unique(draws):
            own = draws == draw
            outcomes[own] = classify(
                starts[own], ends[own], loss[own], self._baselines[draw], self._thresholds
            )
        return {**results, "outcomes": outcomes}

    def runs(self, collected, seconds):
        """The `Runs` that a `Collector` has the results of."""
        task, shape = self._task, self._shape
        return Runs(
            network=task.network,
            recipe=task.recipe,
            baselines=self._baselines and self._baselines[0],
            _by_draw=self._baselines or (),
            shape=shape,
            varied=self._varied,
            initial_parameters=self._start.reshape(*shape, -1),
            seconds=seconds,
            thresholds=self._thresholds,
            **collected.fields(shape),
        )


def train_trials(trials, on_progress=None, device="cpu", threads=None):
    """The `Runs` of several trials, carried out together; see `train_many`."""
    started = time.perf_counter()
    collectors = [Collector(task, len(variants)) for task, variants in (t.job for t in trials)]
    carry_out(trials, [collector.store for collector in collectors], on_progress, device, threads)
    seconds = time.perf_counter() - started
    return [trial.runs(done, seconds) for trial, done in zip(trials, collectors, strict=True)]


def train_where_possible(trials, on_progress=None, device="cpu"):
    """`train_trials`, those that a device does not train on the CPU, where they have its bits."""
    there = [_trains(device, trial) for trial in trials]
    total, runs, before = sum(len(trial.variants) for trial in trials), {}, 0
    for name, chosen in ((device, there), ("cpu", [not one for one in there])):
        places = np.flatnonzero(chosen)
        own = [trials[place] for place in places]

        def report(done, _, before=before):
            if on_progress is not None:
                on_progress(before + done, total)

        if own:
            runs |= zip(places, train_trials(own, report, name), strict=True)
        before += sum(len(trial.variants) for trial in own)
    return [runs[place] for place in range(len(trials))]


def _trains(device, trial):
    try:
        device_of(device).check(trial.job[0])
    except FastdenseError:
        return False
    return True


def carry_out(trials, stores, on_progress=None, device="cpu", threads=None):
    """Train several trials together, and give away what is known of each network when it ends.

    Parameters
    ----------
    trials : list of Trial
    stores : list of callables
        For each trial, called as `store(first, results)`, from any thread, with the results of
        some variants from number `first` on: arrays by name, as `Runs` have them, "outcomes", and
        the lengths of curves and signals, "rows" and "observed"; see `Trial.judged`.
    on_progress, device, threads : as in `train_many`
    """

    def judging(trial, store):
        return lambda first, results: store(first, trial.judged(first, results))

    jobs = [trial.job for trial in trials]
    stores = [judging(trial, store) for trial, store in zip(trials, stores, strict=True)]
    device_of(device).train_packs(jobs, stores, on_progress, threads)


def _check_count(runs):
    if runs > MAX_RUNS:
        raise FastdenseError(f"{runs:.0f} are too many runs at once; expected at most {MAX_RUNS}")


def _broadcast(recipe, network, seeds, varied):
    """Every varied value and the seeds as arrays of one shape."""
    if seeds is None:
        seeds = recipe.seed
    elif isinstance(seeds, (int, np.integer)) and not isinstance(seeds, bool):
        _check_count(whole("seeds", seeds, 1))
        seeds = np.arange(seeds)
    known = lanes.names_of(network, recipe)
    arrays = {}
    for name, values in {"seeds": seeds, **varied}.items():
        if name != "seeds" and name not in known:
            if name in {field.name for field in fields(Recipe)}:
                raise FastdenseError(
                    f"{name} cannot be varied side by side; set it in the recipe, and vary any of: "
                    f"seeds, {', '.join(known)}"
                )
            raise unknown("hyper-parameter to vary", name, ["seeds", *known])
        try:
            arrays[name] = numbers_of(name, values)
        except FastdenseError:
            arrays[name] = np.array(None)
        kinds = "iu" if name == "seeds" else "iuf"
        if arrays[name].dtype.kind not in kinds or arrays[name].size == 0:
            raise FastdenseError(
                f"{name} is {shown(values)}; expected {'whole ' if kinds == 'iu' else ''}numbers, "
                "one or an array of them"
            )
    try:
        shape = np.broadcast_shapes((1,), *(values.shape for values in arrays.values()))
    except (ValueError, RuntimeError):  # the latter of more than 32 dimensions
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise FastdenseError(
            f"the shapes {shapes} do not broadcast; give arrays of one shape, or with dimensions "
            "of length 1"
        ) from None
    _check_count(np.prod(shape, dtype=float))
    return {name: np.broadcast_to(values, shape) for name, values in arrays.items()}


def _start(task, varied, parameters, device):
    """Where each network starts, (n, size)."""
    network, seeds = task.network, varied["seeds"].ravel()
    dtype = np.dtype(task.recipe.dtype)
    if parameters is None:
        start = network.initialize_many(seeds, dtype, device_of(device).parts)
    else:
        shape = *varied["seeds"].shape, network.size
        given = given_parameters(parameters, [shape, shape[-1:]], dtype)
        start = np.array(np.broadcast_to(given, shape)).reshape(-1, network.size)
    if "init_scale" in varied:
        scale = varied["init_scale"].ravel().astype(float)
        for weights, bias in network.split_dense(np.arange(network.size)):
            with np.errstate(over="ignore", invalid="ignore"):
                start[:, weights.ravel()[0] : bias[0]] *= scale[:, np.newaxis]
        if not np.isfinite(start).all():
            raise FastdenseError(
                f"init_scale up to {np.abs(scale).max():g} makes initial weights beyond the range "
                f"of {dtype}; give smaller numbers"
            )
    return start
