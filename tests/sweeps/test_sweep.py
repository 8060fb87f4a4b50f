"""A sweep: every run has the bits of `train`, and none is trained twice or lost."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import ARMS, BASE, XOR, columns_of, grids, rows_of

from fastdense import Data, FastdenseError, Network, Thresholds, sweep, train
from fastdense.scenarios.scenario import build
from fastdense.sweeps import plan as plans
from fastdense.sweeps.grid import read_grid
from fastdense.sweeps.job import curve_places
from fastdense.sweeps.plan import Base, Settings, count_runs, make_plan
from fastdense.sweeps.workers.local import Local
from fastdense_cli.app import invoke


def alone(table, row):
    """The run that `train` gives for one row."""
    values = {axis.path: axis.values[i] for axis, i in zip(table.axes, table.places[:, row])}  # noqa: B905
    scale, arm = values.pop("init_scale", 1.0), values.pop("arm", "only")
    scenario = build("x", ARMS if arm != "only" else BASE, changes=values)
    (arm,) = [a for a in scenario.arms if a.name == arm]
    recipe = arm.recipe.replace(seed=int(table["seed"][row]))
    start = arm.network.initialize(recipe.seed, recipe.dtype)
    for weights, _ in arm.network.split(start):
        weights *= scale
    return train(arm.network, recipe, arm.data, parameters=start)


def test_a_table_is_told_in_one_line():
    table = sweep(BASE, {"learning_rate": [0.1, 0.2], "l2": [0, 0.1, 1]}, seeds=2)
    assert repr(table) == str(table)
    assert repr(table).startswith("Table(6 cells, 12 runs; columns recipe.l2, recipe.learning_rate")
    assert "\n" not in repr(table) and "outcome" in repr(table)


@settings(max_examples=15)
@given(grids(), st.sampled_from([BASE, ARMS]), st.data())
def test_every_run_is_that_of_train(grid, base, data):
    table = sweep(base, grid, seeds=3, first_seed=data.draw(st.integers(0, 2**40)))
    assert table.rows > 0
    for row in data.draw(st.sets(st.integers(0, table.rows - 1), min_size=1, max_size=4)):
        run = alone(table, row)
        assert table["outcome"][row] == run.outcome
        assert table["steps"][row] == run.steps
        for column, value in (
            ("initial_loss", run.initial_loss),
            ("final_loss", run.final_loss),
            ("final_accuracy", np.nan if run.accuracy is None else run.accuracy[-1]),
        ):
            np.testing.assert_array_equal(table[column][row], value)


@settings(max_examples=15)
@given(grids(), st.sampled_from([BASE, ARMS]), st.integers(1, 4))
def test_the_plan_has_every_combination_once(grid, base, seeds):
    axes = read_grid(grid)
    base = Base(base)
    plan = make_plan(base, axes, seeds)
    points = np.concatenate([group.points for group in plan.groups])
    cells = np.prod([len(axis.values) for axis in plan.axes])
    assert sorted(points.tolist()) == list(range(cells)) and plan.cells == cells
    assert plan.runs <= count_runs(base, axes, seeds) == cells * seeds
    for group in plan.groups:
        runs = np.arange(group.runs)
        jobs = list(group.jobs(0, runs, 7))
        assert np.concatenate([job.runs for job in jobs]).tolist() == runs.tolist()
        for job in jobs:
            assert all(len(values) == len(job.runs) for values in job.varied.values())


@settings(max_examples=10)
@given(grids(), st.randoms(use_true_random=False))
def test_the_order_of_grid_and_values_does_not_matter(grid, random):
    paths = random.sample(sorted(grid), len(grid))
    other = {path: random.sample(grid[path], len(grid[path])) for path in paths}

    def found(table):
        names = [axis.path for axis in sweep(BASE, grid).axes]
        rows = zip(*([repr(v) for v in table[n]] for n in [*names, "seed", "final_loss"]),
                   strict=True)  # fmt: skip
        return sorted(rows)

    assert found(sweep(BASE, grid)) == found(sweep(BASE, other))


class Stop(Exception):
    pass


@settings(max_examples=12)
@given(grid=grids(), moments=st.lists(st.integers(0, 30), min_size=1, max_size=4))
def test_interrupted_anywhere_and_resumed_is_as_if_it_was_not(grid, moments, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stores")
    whole = sweep(BASE, grid, store=folder / "whole", curve_points=3)

    def until(moment):
        calls = iter(range(moment + 1))

        def look(progress):
            if next(calls, None) is None:
                raise Stop

        return look

    for moment in moments:
        try:
            sweep(
                BASE, grid, store=folder / "cut", resume=True, on_progress=until(moment),
                curve_points=3, workers=1,
            )  # fmt: skip
        except Stop:
            pass
    last = sweep(BASE, grid, store=folder / "cut", resume=True, curve_points=3)
    assert columns_of(last) == columns_of(whole)
    assert rows_of(folder / "cut") == rows_of(folder / "whole")


def test_nothing_is_trained_twice(tmp_path):
    """Not by another sweep of the same store either, with another grid or more seeds."""
    path, trained = tmp_path / "store", []

    def count(progress):
        trained.append(progress.done)

    def runs(grid, seeds):
        trained.clear()
        table = sweep(BASE, grid, seeds=seeds, store=path, resume=True, on_progress=count)
        return trained[-1], table.rows

    assert runs({"learning_rate": [0.1, 1.0]}, 4) == (8, 8)
    assert runs({"learning_rate": [0.1, 1.0]}, 4) == (0, 8)
    assert runs({"learning_rate": [0.1, 1.0]}, 6) == (4, 12)
    assert runs({"learning_rate": [0.1, 0.3, 1.0], "recipe.l2": [0.0]}, 6) == (6, 18)
    assert runs({"recipe.l2": [0.0, 0.1], "network.hidden": [3, 4]}, 2) == (8, 8)  # rate 0.01
    assert runs({"recipe.l2": [0.0, 0.1], "optimizer.weight_decay": [0.0]}, 2) == (0, 4)
    # One cell, written twice.
    assert runs({"optimizer": ["adam", {"name": "adam"}]}, 3) == (3, 6)
    assert runs({"recipe.loss": ["mae", "L1Loss"], "network.activation": ["tanh"]}, 3) == (3, 6)


def changed(part, **fields):
    return {**BASE, part: {**BASE[part], **fields}}


def test_another_base_is_another_sweep(tmp_path):
    """Also if it differs only in what the networks of a pack may differ in."""
    bases = [
        BASE,
        changed("recipe", learning_rate=0.5),
        changed("recipe", l2=0.1),
        changed("recipe", optimizer="momentum"),
        changed("recipe", optimizer={"name": "momentum", "momentum": 0.5}),
        changed("network", dropout=0.1),
        changed("network", dropout=0.2),
    ]
    for base in bases:
        alone = sweep(base, {"init_scale": [0.5, 1]}, seeds=2)
        shared = sweep(base, {"init_scale": [0.5, 1]}, seeds=2, store=tmp_path / "s", resume=True)
        assert columns_of(shared) == columns_of(alone)
    for arm in ARMS["arms"]:
        options = {"seeds": 2, "arms": [arm]}
        alone = sweep(ARMS, {"l2": [0.0, 0.1]}, **options)
        shared = sweep(ARMS, {"l2": [0.0, 0.1]}, store=tmp_path / "s", resume=True, **options)
        assert columns_of(shared) == columns_of(alone)


def test_runs_that_no_seed_changes_count_once(tmp_path):
    """Even if another sweep of the store has them under another seed."""
    base = changed("network", weights="zeros")
    for first in (0, 4, 2):
        options = {"seeds": 8, "first_seed": first, "store": tmp_path / "s", "resume": True}
        assert sweep(base, {"learning_rate": [0.1, 0.2]}, **options)["seed"].tolist() == [first] * 2


class GivesUp(Local):
    """Workers of whose jobs every other is left out."""

    def collect(self, seconds):
        ended = super().collect(seconds)
        return [(job, "7 runs are left out" if job.group % 2 else rows) for job, rows in ended]


def test_what_is_given_up_is_said(monkeypatch, capsys):
    monkeypatch.setattr("fastdense.sweeps.sweep.Local", GivesUp)
    grid = {"network.hidden": [2, 3, 4, 5]}
    with pytest.warns(UserWarning, match="7 runs are left out") as said:
        assert sweep(BASE, grid, seeds=3).rows == 6
    assert len(said) == 2
    code = invoke(["sweep", "rate-adam", "--arm", "rate-0.1", "--grid", "network.hidden=2,3",
                   "--seeds", "3", "--json"])  # fmt: skip
    printed = capsys.readouterr()
    assert code == 1 and json.loads(printed.out)["runs"] == 3
    assert printed.err == "7 runs are left out\n"


def test_what_decides_a_run_is_in_its_key(tmp_path):
    """A field that changes a run's numbers, or what is kept of it, makes another run of it."""
    path = tmp_path / "store"
    changes = [
        ({}, {}),
        ({"recipe": {**BASE["recipe"], "loss": "mae"}}, {}),
        ({"recipe": {**BASE["recipe"], "dtype": "float64"}}, {}),
        ({"recipe": {**BASE["recipe"], "shuffle": False}}, {}),
        ({"recipe": {**BASE["recipe"], "schedule": "cosine"}}, {}),
        ({"recipe": {**BASE["recipe"], "class_weights": [1, 2]}}, {}),
        ({"data": {**XOR, "y": [0, 1, 1, 1]}}, {}),
        ({"data": {**XOR, "test": 1}}, {}),
        ({"network": {"hidden": [3], "activation": "relu"}}, {}),
        ({"network": {"hidden": [3], "activation": "tanh", "weights": "he_normal"}}, {}),
        ({"outcome": {"converged": 0.5}}, {}),
        ({}, {"evaluate_every": 2}),
        ({}, {"measures": ["swing"]}),
        ({}, {"measures": ["swing", "excess"]}),
        ({}, {"curve_points": 2}),
    ]
    for table, options in changes:
        if table.get("recipe", {}).get("class_weights"):
            table["recipe"]["loss"] = "binary_crossentropy"
            table["network"] = {"hidden": [3], "output": "sigmoid"}
        sweep(
            {**BASE, **table}, {"learning_rate": [0.1]}, seeds=2, store=path, resume=True, **options
        )
    assert len(rows_of(path)) == 2 * len(changes)


def test_curves_measures_and_thresholds(tmp_path):
    base = {**BASE, "outcome": {"diverged": 1e-6}, "recipe": {"batch_size": "full", "epochs": 9}}
    table = sweep(
        base, {"learning_rate": [0.1, 1e30]}, seeds=2, store=tmp_path / "s", curve_points=4,
        measures=["update_ratio", "swing"],
    )  # fmt: skip
    assert set(table["outcome"]) == {"diverged"}
    scenario = build("x", base, changes={"recipe.learning_rate": 0.1})
    run = train(scenario.arms[0].network, scenario.arms[0].recipe, scenario.arms[0].data)
    both = [np.frombuffer(row[-1], "<f4") for row in rows_of(tmp_path / "s")]
    expected = run.loss[curve_places(10, 4)].astype(np.float32)
    assert any(np.array_equal(curve, expected) for curve in both)
    assert sum(np.isnan(curve).any() for curve in both) == 2  # those at 1e30 end early
    assert np.isfinite(table["swing"][:2]).all() and (table["update_ratio"][:2] > 0).all()


def test_arrays_may_be_swept_over():
    x = np.linspace(-1, 1, 30)
    for rows in ((x, x**2), Data(x, x**2)):
        base = {"data": rows, "network": {"hidden": [2]}, "recipe": {"epochs": 3}}
        assert sweep(base, {"learning_rate": [0.1, 0.2]}, seeds=3).rows == 6
    with pytest.raises(FastdenseError, match="data given as arrays have no fields to vary"):
        sweep(base, {"data.count": [3, 4]})


def test_a_seed_that_changes_nothing_is_one_run():
    base = {**BASE, "network": {"hidden": [2], "weights": "zeros"}}
    assert sweep(base, {"learning_rate": [0.1, 0.2]}, seeds=50).rows == 2


def test_a_table_is_a_mapping_of_columns():
    table = sweep(ARMS, {"network.hidden": [2, [3, 3]]}, seeds=3)
    assert list(table)[:4] == ["arm", "network.hidden", "seed", "outcome"]
    assert len(table) == len(list(table)) and table.rows == 12
    assert {len(values) for values in table.values()} == {12}
    assert table["network.hidden"][-1] == [3, 3] and table["arm"][0] == "plain"
    assert table.where(table["seed"] == 0).rows == 4
    assert sum(share.runs for share in table.groups([0])) == 12
    (everything,) = table.groups([])
    assert everything.runs == 12
    with pytest.raises(KeyError):
        table["loss"]


@settings(max_examples=20)
@given(grids(), st.data())
def test_groups_count_what_a_mask_counts(grid, data):
    table = sweep(BASE, grid, seeds=2)
    by = data.draw(st.lists(st.integers(0, len(table.axes) - 1), unique=True))
    groups = table.groups(by)
    assert sum(share.runs for share in groups) == table.rows
    for share in groups:
        mask = np.ones(table.rows, bool)
        for axis, place in zip(by, share.places, strict=True):
            mask &= table.places[axis] == place
        found = table.where(mask)
        assert share.runs == found.rows
        for outcome, count in share.counts.items():
            assert (found["outcome"] == outcome).sum() == count
        losses = np.where(np.isnan(found["final_loss"]), np.inf, found["final_loss"])
        assert share.final_loss == np.median(losses) or np.isinf(losses).any()


@pytest.mark.parametrize(
    "base, grid, options, sentence",
    [
        ("rate-adm", {"learning_rate": [1]}, {}, "unknown scenario 'rate-adm'"),
        (BASE, {}, {}, "the grid is empty"),
        (BASE, {"network.hiden": [1]}, {}, "did you mean 'network.hidden'"),
        (BASE, {"recipe.momentum": [0.1]}, {}, "did you mean 'recipe.optimizer.momentum'"),
        (BASE, {"optimizer.beta1": [0.1]}, {}, "unknown hyper-parameter of sgd 'beta1'"),
        (BASE, {"learning_rate": [0.1, -1]}, {}, "learning_rate"),
        (BASE, {"learning_rate": [0.1, "fast"]}, {}, "the axis recipe.learning_rate has 'fast'"),
        (BASE, {"network.dropout": [0.1, 1.0]}, {}, "dropout"),
        (BASE, {"recipe.batch_size": [2, 5]}, {}, "at recipe.batch_size=5: a batch of 5 is larger"),
        (BASE, {"init_scale": [1, 1e39]}, {}, "init_scale"),
        (ARMS, {"learning_rate": [1]}, {"arms": ["plan"]}, "unknown arm of sweep 'plan'"),
        (BASE, {"learning_rate": [1]}, {"seeds": 0}, "seeds is 0"),
        (BASE, {"learning_rate": [1]}, {"seeds": 10**13}, "too many"),
        (BASE, {"learning_rate": [1]}, {"first_seed": 2**63 - 2}, "seed"),
        (BASE, {"learning_rate": [1]}, {"measures": ["sing"]}, "unknown measure 'sing'"),
        (BASE, {"learning_rate": [1]}, {"measures": ["test_loss_range"]}, "needs test rows"),
        (BASE, {"learning_rate": [1]}, {"measures": ["accuracy"]}, "needs classes; mse"),
        (BASE, {"learning_rate": [1]}, {"measures": "sing"}, "unknown measure 'sing'"),
        (BASE, {"learning_rate": [1]}, {"arms": "plan"}, "unknown arm of sweep 'plan'"),
        (BASE, {"learning_rate": [1]}, {"store": 5}, "store is 5; expected the path of a file"),
        (BASE, {"learning_rate": [1]}, {"resume": True}, "give the file of one, by store"),
        (BASE, {"learning_rate": [1]}, {"workers": 0}, "workers is 0"),
        (5, {"learning_rate": [1]}, {}, "base is 5; expected the name or the file of a scenario"),
        (Network.of(1, 2), {"learning_rate": [1]}, {}, 'or a dict such as {"data": (x, y)'),
        (BASE, [1], {}, "the grid is [1]; expected a dict of paths to values"),
        (BASE, {"learning_rate": [1]}, {"evaluate_every": 0}, "evaluate_every is 0"),
        (BASE, {"learning_rate": [1]}, {"on_progress": 3}, "on_progress is 3"),
        ({"data": XOR, "netwrk": {}}, {"learning_rate": [1]}, {}, "unknown key in sweep"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_is_trained(
    base, grid, options, sentence, monkeypatch
):
    monkeypatch.setattr("fastdense.sweeps.sweep.carry_out", None)
    with pytest.raises(FastdenseError, match=re.escape(sentence)):
        sweep(base, grid, **options)


def test_settings_are_checked():
    assert Settings(measures=["swing", "excess", "swing"]) == Settings(measures=["excess", "swing"])
    assert Settings().curve_points == plans.CURVE_POINTS
    with pytest.raises(FastdenseError, match="curve_points is -1"):
        Settings(curve_points=-1)
    with pytest.raises(FastdenseError):
        Thresholds(tail=2)
