"""What a sweep has to train: groups of cells that share packs, cut into jobs."""

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastdense import data
from fastdense.checks import seed, whole
from fastdense.dataset import Data
from fastdense.devices import device_of
from fastdense.errors import FastdenseError, shown
from fastdense.many import Trial
from fastdense.measures import MEASURES, fault_of
from fastdense.numerics.version import VERSION
from fastdense.once import once
from fastdense.scenarios import scenario as scenarios
from fastdense.scenarios.claims import read_claims
from fastdense.settings.paths import INIT_SCALE
from fastdense.settings.tables import known
from fastdense.sweeps import identity
from fastdense.sweeps.grid import ARM, Axis
from fastdense.sweeps.job import Job, lanes_of, prepared
from fastdense.task import Task
from fastdense.variants import check_varied

EVALUATIONS = 200  # of a run, about, if it is not said how often
CURVE_POINTS = 33  # of a kept curve
MAX_IN_A_JOB = 4096  # runs
OBSERVATIONS = 100  # of the signals, about, where a measure needs them
MAX_RUNS = 10**12


@dataclass(frozen=True)
class Settings:
    """What is kept of every run besides its outcome and its losses.

    Parameters
    ----------
    evaluate_every : int, optional
        Epochs between evaluations; about 200 evaluations a run if not given.
    measures : sequence of str
        Names of numbers as the claims of scenarios have them (docs/scenarios.md).
    curve_points : int
        Of the thinned loss curve; 0 for none.
    """

    evaluate_every: int | None = None
    measures: Sequence[str] = ()
    curve_points: int = CURVE_POINTS

    def __post_init__(self):
        if self.evaluate_every is not None:
            whole("evaluate_every", self.evaluate_every, 1)
        whole("curve_points", self.curve_points, 0)
        measures = _several("measures", self.measures)
        for name in measures:
            known("measure", name, MEASURES)
        object.__setattr__(self, "measures", tuple(sorted(set(measures))))


@dataclass(frozen=True, eq=False)
class Group:
    """Cells of one architecture, data and batch size: their networks may share packs.

    Attributes
    ----------
    task : Task
        Of the first of its cells.
    points : ndarray of int, shape (cells,)
        The place of each cell in the grid.
    given : dict
        What differs between the cells, as `train_many` names it, to arrays (cells,).
    seeds : range
    settings : dict
        Everything else that decides what is kept of a run.
    data : str
        The digest of the rows.
    device : str
        Where it is trained.
    """

    task: Task
    points: np.ndarray
    given: dict
    seeds: range
    settings: dict
    data: str
    device: str = "cpu"

    @property
    def runs(self):
        """How many: cells times seeds."""
        return len(self.points) * len(self.seeds)

    @once
    def configuration(self):
        """Plain values that decide all its runs; see `identity.configuration`."""
        return identity.configuration(self.task, self.data, self.settings)

    @once
    def numbers(self):
        """What each cell adds to that, (cells, numbers)."""
        return identity.lane_numbers(self.task, len(self.points), self.given)

    @once
    def keys(self):
        """The key of each cell, a list of 16 bytes."""
        shared = identity.digest(identity.canonical(self.configuration).encode())
        return [identity.digest(shared, row.tobytes()) for row in self.numbers]

    def jobs(self, number, runs, size):
        """Some of its runs, in jobs of at most so many.

        A run's number is that of its cell times the number of seeds, plus the place of its seed.
        """
        for first in range(0, len(runs), size):
            part = runs[first : first + size]
            cells, seeds = np.divmod(part, len(self.seeds))
            varied = {name: values[cells] for name, values in self.given.items()}
            varied["seeds"] = self.seeds.start + seeds
            yield Job(number, part, self.task, varied, self.settings, self.device)


@dataclass(frozen=True, eq=False)
class Plan:
    """All of a sweep, checked: what it trains, and the words it is remembered by.

    Attributes
    ----------
    axes : tuple of Axis
        The arms of the scenario, where there are several, then those of the grid.
    groups : list of Group
    notes : list of str
        What the user should know about how the data were read.
    definition : dict
        Plain values that a store keeps, from which the axes can be read again.
    """

    axes: tuple
    groups: list
    notes: list
    definition: dict

    @property
    def cells(self):
        return sum(len(group.points) for group in self.groups)

    @property
    def runs(self):
        return sum(group.runs for group in self.groups)

    @property
    def packs(self):
        """How many rows of vector lanes the runs fill, if none was trained before."""
        return sum(-(-group.runs // lanes_of(group.task, group.device)) for group in self.groups)


class Base:
    """What the grid is laid over: a scenario by name, a file, or tables as such a file has them.

    Parameters
    ----------
    given : str or dict
        In a dict `data` may also be a `Data`, or a pair (inputs, targets).
    arms : sequence of str
        Those to sweep; all if empty.
    """

    def __init__(self, given, arms=()):
        if isinstance(given, dict):
            self.name, table, folder = "sweep", dict(given), "."
        elif isinstance(given, (str, os.PathLike)):
            self.name, table, folder = scenarios.read_tables(os.fspath(given))
        else:
            raise FastdenseError(
                f"base is {shown(given)}; expected the name or the file of a scenario, or a dict "
                'such as {"data": (x, y), "network": {"hidden": [8]}, "recipe": {"epochs": 50}}'
            )
        rows = table.get("data")
        if rows is None or isinstance(rows, dict):
            read = scenarios.cache_by_content(lambda part: data.read(part, folder))
        else:
            table["data"], rows = {}, Data.of(rows)

            def read(part):
                if part:
                    raise FastdenseError("data given as arrays have no fields to vary")
                return rows

        overrides = scenarios.read_overrides(self.name, table)
        read_claims(self.name, table, (), overrides)  # nothing judges them here
        arms = _several("arms", arms)
        for arm in arms:
            scenarios.known_arm(self.name, arm, overrides)
        self.arms = {name: o for name, o in overrides.items() if not arms or name in arms}
        self.seeds = scenarios.read_seeds(table)
        self.thresholds = scenarios.read_thresholds(table)
        self._table, self._read = table, read

    def arm(self, name, changes):
        """One arm with some fields changed."""
        return scenarios.read_arm(name, self._table, self.arms[name], changes, self._read)


def _several(kind, given):
    """One name, several or none, as a list."""
    if given is None or isinstance(given, str):
        return [given] if given else []
    try:
        several = list(given)
    except TypeError:  # also of arrays without dimensions, which look as if they had some
        several = [None]
    if not all(isinstance(name, str) for name in several):
        raise FastdenseError(f"{kind} is {shown(given)}; expected a name, or several in a list")
    return several


def count_runs(base, axes, seeds):
    """How many runs a grid has, before any of them is looked at."""
    cells = len(base.arms)
    for axis in axes:
        cells *= len(axis.values)
    if cells * seeds > MAX_RUNS:
        raise FastdenseError(f"{cells * seeds:.3g} runs are too many; expected at most 10^12")
    return cells * seeds


def make_plan(base, grid, seeds=None, first_seed=0, settings=None, device="cpu"):
    """Look at every architecture of a grid, and refuse what cannot be trained.

    Parameters
    ----------
    base : Base
    grid : sequence of Axis
    seeds : int, optional
        Of each cell; the scenario's own number if not given. One where the seed changes nothing.
    settings : Settings, optional
    device : str
        Where it is trained.
    """
    settings = settings or Settings()
    device_of(device).demand()
    axes = tuple(grid)
    if len(base.arms) > 1:
        axes = Axis(ARM, tuple(base.arms)), *axes
    seeds = base.seeds if seeds is None else whole("seeds", seeds, 1)
    first_seed = seed("first_seed", first_seed)
    count_runs(base, grid, seeds)
    seed("the last seed", first_seed + seeds - 1)
    digests = {}

    def digest_of(task):
        rows = task.data, task.recipe.dtype, task.recipe.class_weights
        if rows not in digests:
            digests[rows] = task.digest
        return digests[rows]

    groups, notes = [], {}
    shape = tuple(len(axis.values) for axis in axes)
    for places in itertools.product(*(axis.classes() for axis in axes)):
        first = {axis.path: axis.values[at[0]] for axis, at in zip(axes, places, strict=True)}
        arm, task = _task(base, first, settings)
        notes.update(dict.fromkeys(arm.data.notes))
        which = [np.array(at) for at in places]
        cells = [axis.ravel() for axis in np.meshgrid(*which, indexing="ij")]
        given = {
            axis.lane: _lane(axis, cell)
            for axis, at, cell in zip(axes, places, cells, strict=True)
            if axis.lane and (len(at) > 1 or axis.lane == INIT_SCALE)
        }
        _check_lanes(task, given, first_seed + seeds - 1)
        groups.append(
            Group(
                task=task,
                points=np.ravel_multi_index(cells, shape),
                given=given,
                seeds=range(first_seed, first_seed + (seeds if arm.random else 1)),
                settings=_kept(task, settings, base.thresholds),
                data=digest_of(task),
                device=device,
            )
        )
    definition = {
        "base": base.name,
        "axes": [[axis.path, list(axis.values)] for axis in axes],
        "cells": identity.digest(*(key for group in groups for key in group.keys)).hex(),
        "seeds": [first_seed, seeds],
        "runs": sum(group.runs for group in groups),
        "measures": list(settings.measures),
        "numerics": VERSION,
    }
    return Plan(axes, groups, [*notes], definition)


def _task(base, values, settings):
    """The arm of one cell, and its `Task`."""
    changes = {path: value for path, value in values.items() if path not in (ARM, INIT_SCALE)}
    name = values.get(ARM, next(iter(base.arms)))
    try:
        arm = base.arm(name, changes)
        task = _prepared(arm, settings)
    except FastdenseError as error:
        place = ", ".join(f"{path}={value}" for path, value in values.items())
        raise FastdenseError(f"at {place:.200}: {error}") from None
    return arm, task


def _prepared(arm, settings):
    for measure in settings.measures:
        fault = fault_of(measure, arm)
        if fault:
            raise FastdenseError(f"the measure {measure} {fault}")
    epochs = max(arm.recipe.epochs, 1)
    needs = [MEASURES[name].needs for name in settings.measures]
    return prepared(
        arm.network,
        arm.recipe,
        arm.data,
        evaluate_every=settings.evaluate_every or -(-epochs // EVALUATIONS),
        observe_every=-(-epochs // OBSERVATIONS) if "signals" in needs else 0,
    )


def _check_lanes(task, given, last_seed):
    """Refuse now what a job would stumble over."""
    count = max((len(values) for values in given.values()), default=1)
    check_varied(task.network, task.recipe, {"seeds": np.full(count, last_seed), **given})
    if INIT_SCALE in given:
        largest = given[INIT_SCALE][np.abs(given[INIT_SCALE]).argmax(keepdims=True)]
        Trial.of(task, {"seeds": np.array([last_seed]), INIT_SCALE: largest})


def _lane(axis, places):
    """The values of an axis at some places, as an array of numbers."""
    for value in axis.values:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FastdenseError(f"the axis {axis.path} has {value!r:.80}; expected numbers")
    return np.array(axis.values, float)[places]


def _kept(task, settings, thresholds):
    return {
        "evaluate_every": task.evaluate_every,
        "observe_every": task.observe_every,
        "measures": list(settings.measures),
        "curve_points": settings.curve_points,
        "thresholds": vars(thresholds),
    }
