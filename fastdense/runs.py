"""What training many networks produced, as arrays."""

import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastdense.baselines import Baselines
from fastdense.errors import FastdenseError, shown
from fastdense.network import Network
from fastdense.outcome import Thresholds, names
from fastdense.recipe import Recipe
from fastdense.run import CURVES, Result, Run, length_of
from fastdense.settings.lanes import DRAWS
from fastdense.variants import vary


@dataclass(frozen=True, eq=False, kw_only=True)
class Runs(Result):
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
    signals : mapping of str to ndarray, shape (*shape, observed, dense layers)
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
    baselines: Baselines | None
    shape: tuple[int, ...]
    varied: dict[str, np.ndarray]
    initial_parameters: np.ndarray
    parameters: np.ndarray
    epochs: np.ndarray
    loss: np.ndarray | None
    running_loss: np.ndarray
    accuracy: np.ndarray | None
    test_loss: np.ndarray | None
    test_accuracy: np.ndarray | None
    observed_epochs: np.ndarray
    signals: Mapping[str, np.ndarray]
    steps: np.ndarray
    seconds: float
    thresholds: Thresholds
    # How many points of its curves and signals each run has.
    _rows: np.ndarray
    _observed: np.ndarray
    _outcomes: np.ndarray | None  # places in `OUTCOMES`
    _by_draw: tuple[Baselines, ...] = ()  # where the data are drawn several times

    def _check_evaluated(self):
        if self.loss is None:
            raise FastdenseError(
                "these runs were never evaluated (evaluate_every=0): they have a running loss only"
            )

    @property
    def observed(self) -> np.ndarray:
        """How often the signals of each run were measured before it ended, shape `shape`."""
        return self._observed

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __repr__(self) -> str:
        told = "not evaluated"
        if self.loss is not None:
            found = zip(*np.unique(self.outcome, return_counts=True), strict=True)
            told = ", ".join(f"{n} {name}" for name, n in sorted(found, key=lambda f: -f[1]))
        shape = " x ".join(map(str, self.shape))
        length = length_of(int(self.epochs[-1]), int(self.steps.max()))
        return f"Runs({shape} of {self.network.sizes}, {length}: {told})"

    def _repr_html_(self) -> str:
        """The outcomes, the curves and the signals of all of them, for a notebook."""
        from fastdense.markup import fans, notebook, outcomes, strips

        pieces: list[Any] = []
        if self.loss is not None:
            fan = fans.Fan.of(self.epochs, self.loss.reshape(len(self), -1))
            levels = fans.levels_of(self.baselines)
            became = outcomes.counted(self.outcome.ravel().tolist(), "Outcomes")
            curves = fans.picture(fan, "Loss over the training rows", levels)
            pieces += notebook.stacked([curves, became])
        if self.signals:
            every = {k: v.reshape(len(self), *v.shape[-2:]) for k, v in self.signals.items()}
            medians = strips.medians(every, self.observed.ravel())
            pictures = strips.pictures(self.observed_epochs, medians, len(self))
            pieces += notebook.stacked(pictures)
        return notebook.cell(notebook.answer(repr(self)), notebook.side_by_side(pieces))

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
        baselines = self._by_draw[given[DRAWS]] if DRAWS in given else self.baselines
        return Run(
            network=network,
            recipe=recipe,
            baselines=baselines,
            thresholds=self.thresholds,
            initial_parameters=self.initial_parameters[place],
            parameters=self.parameters[place],
            epochs=self.epochs[:rows],
            observed_epochs=self.observed_epochs[:observed],
            steps=int(self.steps[place]),
            seconds=self.seconds,
            _outcome=None if self._outcomes is None else names(self._outcomes[place]),
            **curves,
            signals={name: array[place][:observed] for name, array in self.signals.items()},
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
        self._evaluations, self._observations = max(task.evaluations, 1), task.observations
        self._arrays, self._signals = {}, {}
        self._places = {"epochs": np.zeros(0, int), "observed_epochs": np.zeros(0, int)}
        self._lock = threading.Lock()

    def store(self, first, results):
        """Keep the results of the variants from number `first` on; see `judged`."""
        with self._lock:  # several threads have results
            for name, values in results.items():
                if name in self._places:
                    if len(values) > len(self._places[name]):
                        self._places[name] = values
                elif name == "signals":
                    for signal, array in values.items():
                        self._store(self._signals, signal, first, array, self._observations)
                elif values is not None:
                    longest = self._evaluations if name in CURVES else None
                    self._store(self._arrays, name, first, values, longest)

    def _store(self, arrays, name, first, values, longest=None):
        """Keep the rows of some variants; those of `longest` columns go on as NaN."""
        if name not in arrays:
            columns = values.shape[1:2] if longest is None else [longest]
            shape = self._count, *columns, *values.shape[2:]
            arrays[name] = np.empty(shape, values.dtype)  # pages not written take no memory
        rows = arrays[name][first : first + len(values)]
        if longest is not None:
            rows[:, values.shape[1] :] = np.nan
            rows = rows[:, : values.shape[1]]
        rows[:] = values

    def fields(self, shape):
        """The fields of `Runs` that are results, for variants in an array of a shape."""
        evaluated, observed = (len(self._places[name]) for name in ("epochs", "observed_epochs"))

        def shaped(array):
            return array.reshape(*shape, *array.shape[1:])

        arrays = {
            name: shaped(array[:, :evaluated] if name in CURVES else array)
            for name, array in self._arrays.items()
        }
        signals = {name: shaped(array[:, :observed]) for name, array in self._signals.items()}
        own = {f"_{name}": arrays.pop(name, None) for name in ("rows", "observed", "outcomes")}
        return {**dict.fromkeys(CURVES), **self._places, **arrays, "signals": signals, **own}
