"""Stores of sweeps whose runs nobody trained: what became of them is drawn at random."""

import numpy as np
from hypothesis import strategies as st

from fastdense.sweeps.grid import read_grid
from fastdense.sweeps.job import Rows, curve_places
from fastdense.sweeps.plan import Base, Settings, make_plan
from fastdense.sweeps.store.writer import Store

BASE = {
    "data": {"name": "inline", "x": [1, 2, 3], "y": [0, 1, 0]},
    "network": {"hidden": [4]},
    "recipe": {"epochs": 70},
}
VALUES = {
    "learning_rate": [1e-5, 0.00316227766017, 0.01, 1],
    "init_scale": [0.5, 1.0, 2.0],
    "recipe.epochs": [7, 40],
    "network.hidden": [4, [8, 8], []],
    "network.activation": ["relu", "tanh"],
    "recipe.optimizer": ["adam", {"name": "sgd", "weight_decay": 0.5}],
    "recipe.shuffle": [True, False],
}
STRANGE = [0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, np.nan, np.inf, -np.inf]


def make(path, grid, seeds=4, missing=0.0, seed=0, measures=(), curve_points=33, outcomes=None):
    """Write a store; returns its plan.

    Parameters
    ----------
    missing : float
        The share of the runs that it lacks.
    outcomes : callable, optional
        From the cells (n,) of some runs, their places in the grid, to codes of outcomes (n,);
        random, if not given.
    """
    settings = Settings(None, measures, curve_points)
    plan = make_plan(Base(BASE), read_grid(grid), seeds, 0, settings)
    draw = np.random.default_rng(seed)
    with Store(path, resume=True) as store:
        store.begin(plan.definition)
        for number, group in enumerate(plan.groups):
            runs = store.enter(number, group)
            runs = runs[draw.random(len(runs)) >= missing]
            points = len(curve_places(group.task.evaluations, curve_points))
            for job in group.jobs(number, runs, 1000):
                rows = _rows(draw, len(job.runs), len(measures), points)
                if outcomes:
                    rows.outcome[:] = outcomes(group.points[job.runs // len(group.seeds)])
                store.keep(job, rows)
    return plan


def _rows(draw, count, measures, points):
    def floats(*shape):
        numbers = draw.standard_normal(shape) * 10.0 ** draw.integers(-9, 9, shape)
        return np.where(draw.random(shape) < 0.3, draw.choice(STRANGE, shape), numbers)

    with np.errstate(over="ignore"):
        curve = floats(count, points).astype(np.float32)
    outcome = draw.integers(0, 6, count).astype(np.uint8)
    return Rows(
        outcome, draw.integers(0, 2**40, count), *floats(4, count), floats(count, measures), curve
    )


@st.composite
def stores(draw):
    """Keyword arguments of `make`."""
    paths = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    grid = {}
    for path in paths:
        values = VALUES[path]
        places = st.lists(st.integers(0, len(values) - 1), min_size=1, unique=True)
        grid[path] = [values[place] for place in draw(places)]
    return {
        "grid": grid,
        "seeds": draw(st.integers(1, 5)),
        "missing": draw(st.sampled_from([0.0, 0.3, 1.0])),
        "seed": draw(st.integers(0, 2**32)),
        "measures": draw(st.sampled_from([(), ("excess",), ("excess", "loss_left")])),
        "curve_points": draw(st.sampled_from([0, 1, 9])),
    }
