"""What training many networks produced, as arrays."""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastdense.baselines import Baselines
from fastdense.errors import FastdenseError, shown
from fastdense.network import Network
from fastdense.outcome import Thresholds, names
from fastdense.recipe import Recipe
from fastdense.reference.training import SIGNALS
from fastdense.run import Run, make_read_only
from fastdense.variants import vary

CURVES = "loss", "running_loss", "accuracy", "test_loss", "test_accuracy"


@dataclass(frozen=True, eq=False, kw_only=True)
class Runs:
    """Trained networks with their curves, signals and outcomes, as arrays.

    Every array begins with the `shape` of what was varied. `runs[i]` (`runs[i, j]` in two
    dimensions) is one `Run`: what `train` gives for its network, recipe and initial parameters. A
    run whose loss is not finite ends there: its curves go on as NaN.

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
    thresholds : Thresholds
        The numbers in the definitions of the outcomes.
    baselines : Baselines or None
        The losses that outcomes are told against; None if never evaluated.
    """

    network: Network
    recipe: Recipe
    baselines: Baselines | None = field(repr=False)
    shape: tuple[int, ...]
    varied: dict[str, np.ndarray] = field(repr=False)
    initial_parameters: np.ndarray = field(repr=False)
    parameters: np.ndarray = field(repr=False)
    epochs: np.ndarray = field(repr=False)
    loss: np.ndarray | None = field(repr=False)
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
    thresholds: Thresholds = field(repr=False)
    # How many points of its curves and signals each run has.
    _rows: np.ndarray = field(repr=False)
    _observed: np.ndarray = field(repr=False)
    _outcomes: np.ndarray | None = field(repr=False)  # places in `OUTCOMES`

    def __post_init__(self) -> None:
        make_read_only(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        make_read_only(self)

    def _check_evaluated(self):
        if self.loss is None:
            raise FastdenseError(
                "these runs were never evaluated (evaluate_every=0): they have a running loss only"
            )

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __getitem__(self, place: int | tuple[int, ...]) -> Run:
        """The `Run` at a place, an integer for each dimension."""
        place = place if isinstance(place, tuple) else (place,)
        integers = all(isinstance(i, (int, np.integer)) and i is not True for i in place)
        if not integers or len(place) != len(self.shape):
            raise FastdenseError(
                f"{shown(place)} is no place among runs of shape {self.shape}; give an integer for "
                "each dimension"
            )
        rows, observed = int(self._rows[place]), int(self._observed[place])
        curves: dict[str, Any] = {}
        for name in CURVES:
            values = getattr(self, name)
            curves[name] = None if values is None else values[place][:rows]
        given = {name: values[place] for name, values in self.varied.items()}
        network, recipe = vary(self.network, self.recipe, given)
        return Run(
            network=network,
            recipe=recipe,
            baselines=self.baselines,
            thresholds=self.thresholds,
            initial_parameters=self.initial_parameters[place],
            parameters=self.parameters[place],
            epochs=self.epochs[:rows],
            observed_epochs=self.observed_epochs[:observed],
            steps=int(self.steps[place]),
            seconds=self.seconds,
            _outcome=None if self._outcomes is None else names(self._outcomes[place]),
            **curves,
            **{name: getattr(self, name)[place][:observed] for name in SIGNALS},
        )

    def __iter__(self) -> Iterator[Run]:
        """All runs, the last dimension first."""
        return (self[place] for place in np.ndindex(self.shape))

    @property
    def final_loss(self) -> np.ndarray:
        """Loss of each run where it ended, shape `shape`."""
        self._check_evaluated()
        return np.take_along_axis(self.loss, self._rows[..., np.newaxis] - 1, axis=-1)[..., 0]

    @property
    def outcome(self) -> np.ndarray:
        """The outcome of each run, as `Run.outcome` has it: an array of `str`."""
        self._check_evaluated()
        return names(self._outcomes)


class Collector:
    """Takes the results of a task's variants as they come, and holds each once.

    Parameters
    ----------
    task : Task
    count : int
        Variants.
    """

    def __init__(self, task, count):
        self._count = count
        self._lengths = {
            **dict.fromkeys(CURVES, max(task.evaluations, 1)),
            **dict.fromkeys(SIGNALS, task.observations),
        }
        self._arrays = {}
        self._places = {"epochs": np.zeros(0, int), "observed_epochs": np.zeros(0, int)}
        self._lock = threading.Lock()

    def store(self, first, results):
        """Keep the results of the variants from number `first` on; see `judged`."""
        with self._lock:  # several threads have results
            for name, values in results.items():
                if name in self._places:
                    if len(values) > len(self._places[name]):
                        self._places[name] = values
                elif values is not None:
                    self._store(name, first, values)

    def _store(self, name, first, values):
        if name not in self._arrays:
            longest = [self._lengths[name]] if name in self._lengths else values.shape[1:2]
            shape = self._count, *longest, *values.shape[2:]
            self._arrays[name] = np.empty(shape, values.dtype)  # pages not written take no memory
        rows = self._arrays[name][first : first + len(values)]
        if name in self._lengths:
            rows[:, values.shape[1] :] = np.nan
            rows = rows[:, : values.shape[1]]
        rows[:] = values

    def fields(self, shape):
        """The fields of `Runs` that are results, for variants in an array of a shape."""
        longest = {
            **dict.fromkeys(CURVES, len(self._places["epochs"])),
            **dict.fromkeys(SIGNALS, len(self._places["observed_epochs"])),
        }
        arrays = {
            name: array[:, : longest[name]] if name in longest else array
            for name, array in self._arrays.items()
        }
        shaped = {name: array.reshape(*shape, *array.shape[1:]) for name, array in arrays.items()}
        own = {f"_{name}": shaped.pop(name, None) for name in ("rows", "observed", "outcomes")}
        return {**dict.fromkeys(CURVES), **self._places, **shaped, **own}
