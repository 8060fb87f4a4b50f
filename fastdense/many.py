"""`train_many(network, recipe, data, ...) -> Runs`: seeds and hyper-parameters side by side."""

import time
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from fastdense import catalogue, outcome
from fastdense.checks import whole
from fastdense.dataset import Data
from fastdense.errors import FastdenseError, shown, unknown
from fastdense.network import Dropout, Network
from fastdense.recipe import Recipe
from fastdense.run import Run
from fastdense.training import device_of, prepare
from fastdense.variants import NUMBERS, Variants

CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"
SIGNALS = (
    "gradient_norm",
    "parameter_norm",
    "update_ratio",
    "dead_share",
    "mean_slope",
    "mean_preactivation",
)
MOST_RUNS = 10_000_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Runs:
    """Trained networks with their curves, signals and outcomes, as arrays.

    Every array begins with the `shape` of what was varied. `runs[i]` is one `Run`, the same as
    `train` gives. A run whose loss is not finite ends there: its curves go on as NaN.

    Attributes
    ----------
    shape : tuple of int
    varied : dict
        Name of what was varied to its values, an array of that shape.
    initial_parameters, parameters : ndarray, shape (*shape, network.size)
    epochs : ndarray of int, shape (rows,)
        When the losses were evaluated.
    loss, running_loss, accuracy, test_loss, test_accuracy : ndarray, shape (*shape, rows), or None
    observed_epochs : ndarray of int, shape (observed,)
    gradient_norm, parameter_norm, update_ratio, dead_share, mean_slope, mean_preactivation : \
ndarray, shape (*shape, observed, dense layers)
    steps : ndarray of int, shape `shape`
    seconds : float
        Of all together.
    """

    network: Network
    recipe: Recipe
    data: Data = field(repr=False)
    shape: tuple
    varied: dict = field(repr=False)
    initial_parameters: np.ndarray = field(repr=False)
    parameters: np.ndarray = field(repr=False)
    epochs: np.ndarray = field(repr=False)
    loss: np.ndarray = field(repr=False)
    running_loss: np.ndarray = field(repr=False)
    accuracy: np.ndarray | None = field(repr=False)
    test_loss: np.ndarray | None = field(repr=False)
    test_accuracy: np.ndarray | None = field(repr=False)
    observed_epochs: np.ndarray = field(repr=False)
    gradient_norm: np.ndarray = field(repr=False)
    parameter_norm: np.ndarray = field(repr=False)
    update_ratio: np.ndarray = field(repr=False)
    dead_share: np.ndarray = field(repr=False)
    mean_slope: np.ndarray = field(repr=False)
    mean_preactivation: np.ndarray = field(repr=False)
    steps: np.ndarray = field(repr=False)
    seconds: float
    # How many points of its curves and signals each run has.
    _rows: np.ndarray = field(repr=False)
    _observed: np.ndarray = field(repr=False)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, place):
        """The `Run` at a place, an integer for each dimension."""
        place = place if isinstance(place, tuple) else (place,)
        whole = all(isinstance(i, (int, np.integer)) for i in place)
        if not whole or len(place) != len(self.shape):
            raise FastdenseError(
                f"{shown(place)} is no place among runs of shape {self.shape}; give an integer for "
                "each dimension"
            )
        rows, observed = int(self._rows[place]), int(self._observed[place])
        curves = {name: getattr(self, name) for name in CURVES}
        given = {name: values[place] for name, values in self.varied.items()}
        network, recipe = _vary(self.network, self.recipe, given)
        return Run(
            network=network,
            recipe=recipe,
            data=self.data,
            initial_parameters=self.initial_parameters[place],
            parameters=self.parameters[place],
            epochs=self.epochs[:rows],
            observed_epochs=self.observed_epochs[:observed],
            steps=int(self.steps[place]),
            seconds=self.seconds,
            **{k: v if v is None else v[place][:rows] for k, v in curves.items()},
            **{name: getattr(self, name)[place][:observed] for name in SIGNALS},
        )

    def __iter__(self):
        """All runs, the last dimension first."""
        return (self[place] for place in np.ndindex(self.shape))

    @property
    def final_loss(self):
        """Loss of each run where it ended, shape `shape`."""
        if self.loss is None:
            raise FastdenseError(
                "these runs were never evaluated (evaluate_every=0): they have a running loss only"
            )
        return np.take_along_axis(self.loss, self._rows[..., np.newaxis] - 1, axis=-1)[..., 0]

    @cached_property
    def outcome(self):
        """The outcome of each run, as `Run.outcome` has it: an array of `str`."""
        floors = outcome.floors(self.data, self.recipe)
        found = [outcome.classify(run, floors) for run in self]
        return np.array(found, dtype=object).reshape(self.shape)


def train_many(
    network,
    recipe,
    data,
    *,
    seeds=None,
    parameters=None,
    order=None,
    evaluate_every=1,
    observe_every=0,
    on_progress=None,
    device="cpu",
    threads=None,
    **varied,
):
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
        `learning_rate`, `l1`, `l2`, `clip_value`, `clip_norm`, a hyper-parameter of the optimizer
        (`momentum`, `beta1`, ...), `dropout` (the rate of all dropout layers) or `init_scale` (a
        factor on the initial weights, not the biases). These and the seeds are broadcast against
        each other as NumPy does: `seeds=256, learning_rate=[[0.1], [1.0]]` are 2 x 256 runs.
    parameters : array_like, shape (network.size,) or (*shape, network.size), optional
        Where to start; drawn from the seeds if not given.
    order, evaluate_every, observe_every : as in `train`
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
    trial = Trial(task, varied, _start(task, varied, parameters))
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
    """

    def __init__(self, task, varied, start):
        self._task, self._varied, self._start = task, varied, start
        self._shape = varied["seeds"].shape
        network, recipe = task.network, task.recipe
        pairs = [
            _vary(network, recipe, {name: values[place] for name, values in varied.items()})
            for place in np.ndindex(self._shape)
        ]
        networks, recipes = zip(*pairs, strict=True)
        self.job = task, Variants.of(networks, recipes, start)

    @classmethod
    def of_seeds(cls, task, seeds):
        """A task with several seeds (n,) in place of its own."""
        return cls(task, {"seeds": seeds}, task.network.initialize_many(seeds, task.recipe.dtype))

    def runs(self, results, seconds):
        """The `Runs` that a device's results are."""
        task, shape = self._task, self._shape
        return Runs(
            network=task.network,
            recipe=task.recipe,
            data=task.data,
            shape=shape,
            varied=self._varied,
            initial_parameters=self._start.reshape(*shape, -1),
            seconds=seconds,
            **_stacked(results, shape),
        )


def train_trials(trials, on_progress=None, device="cpu", threads=None):
    """The `Runs` of several trials, carried out together; see `train_many`."""
    started = time.perf_counter()
    jobs = [trial.job for trial in trials]
    results = device_of(device).train_packs(jobs, on_progress, threads)
    seconds = time.perf_counter() - started
    return [trial.runs(found, seconds) for trial, found in zip(trials, results, strict=True)]


def _broadcast(recipe, network, seeds, varied):
    """Every varied value and the seeds as arrays of one shape."""
    if seeds is None:
        seeds = recipe.seed
    elif isinstance(seeds, (int, np.integer)) and not isinstance(seeds, bool):
        seeds = np.arange(whole("seeds", seeds, 1))
    dropping = any(isinstance(layer, Dropout) for layer in network.layers)
    known = [*NUMBERS, *catalogue.get("optimizers", recipe.optimizer.name).hyper, "init_scale"]
    known += ["dropout"] if dropping else []
    arrays = {}
    for name, values in {"seeds": seeds, **varied}.items():
        if name != "seeds" and name not in known:
            raise unknown("hyper-parameter to vary", name, known)
        try:
            arrays[name] = np.asarray(values)
        except ValueError:  # ragged
            arrays[name] = np.array(None)
        kinds = "iu" if name == "seeds" else "iuf"
        if arrays[name].dtype.kind not in kinds or arrays[name].size == 0:
            raise FastdenseError(
                f"{name} is {shown(values)}; expected {'whole ' if kinds == 'iu' else ''}numbers, "
                "one or an array of them"
            )
    try:
        shape = np.broadcast_shapes((1,), *(values.shape for values in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise FastdenseError(
            f"the shapes {shapes} do not broadcast; give arrays of one shape, or with dimensions "
            "of length 1"
        ) from None
    if np.prod(shape, dtype=float) > MOST_RUNS:
        raise FastdenseError(f"{shape} are too many runs at once; expected at most {MOST_RUNS}")
    return {name: np.broadcast_to(values, shape) for name, values in arrays.items()}


def _vary(network, recipe, given):
    """A network and a recipe with some numbers changed."""
    changes = {"seed": int(given["seeds"])}
    hyper = {}
    for name, value in given.items():
        if name in NUMBERS:
            changes[name] = float(value)
        elif name == "dropout":
            layers = (
                Dropout(float(value)) if isinstance(layer, Dropout) else layer
                for layer in network.layers
            )
            network = Network(network.inputs, tuple(layers))
        elif name not in ("seeds", "init_scale"):
            hyper[name] = float(value)
    if hyper:
        changes["optimizer"] = {**recipe.optimizer.to_dict(), **hyper}
    return network, recipe.but(**changes)


def _start(task, varied, parameters):
    """Where each network starts, (n, size)."""
    network, seeds = task.network, varied["seeds"].ravel()
    dtype = task.recipe.dtype
    if parameters is not None:
        try:
            given = np.broadcast_to(parameters, (*varied["seeds"].shape, network.size))
        except ValueError:
            raise FastdenseError(
                f"parameters of shape {np.shape(parameters)} given; expected {network.size}, or "
                f"{(*varied['seeds'].shape, network.size)}"
            ) from None
        if not np.isfinite(given).all():
            raise FastdenseError("parameters hold NaN or infinity; give finite numbers")
        start = np.array(given, dtype).reshape(len(seeds), network.size)
    else:
        start = network.initialize_many(seeds, dtype)
    if "init_scale" in varied:
        scale = varied["init_scale"].ravel()
        if not np.isfinite(scale).all():
            raise FastdenseError("init_scale holds NaN or infinity; give finite numbers")
        for row, factor in zip(start, scale.astype(dtype), strict=True):
            for weights, _ in network.split(row):
                weights *= factor
    return start


def _stacked(results, shape):
    """The results of all runs as arrays, those of runs that ended filled up with NaN."""
    rows = np.array([len(result["epochs"]) for result in results])
    observed = np.array([len(result["observed_epochs"]) for result in results])

    def filled(name, length):
        first = results[0][name]
        if first is None:
            return None
        whole = np.full((len(results), length, *first.shape[1:]), np.nan)
        for place, result in zip(whole, results, strict=True):
            place[: len(result[name])] = result[name]
        return whole.reshape(*shape, *whole.shape[1:])

    return {
        "parameters": np.stack([r["parameters"] for r in results]).reshape(*shape, -1),
        "epochs": results[rows.argmax()]["epochs"],
        "observed_epochs": results[observed.argmax()]["observed_epochs"],
        "steps": np.array([result["steps"] for result in results]).reshape(shape),
        "_rows": rows.reshape(shape),
        "_observed": observed.reshape(shape),
        **{name: filled(name, rows.max()) for name in CURVES},
        **{name: filled(name, observed.max()) for name in SIGNALS},
    }
