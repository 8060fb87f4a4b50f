"""Small sweeps for tests: what is trained, and what a store then holds."""

import sqlite3

from hypothesis import strategies as st

XOR = {"name": "inline", "x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0]}
BASE = {
    "data": XOR,
    "network": {"hidden": [3], "activation": "tanh"},
    "recipe": {"batch_size": "full", "epochs": 6},
    "seeds": 5,
}
ARMS = {**BASE, "arms": {"plain": {}, "adam": {"recipe": {"optimizer": "adam"}}}}

AXES = {
    "learning_rate": st.lists(st.sampled_from([0.0, 1e-3, 0.1, 1, 1e4]), min_size=1, max_size=3),
    "recipe.l2": st.lists(st.sampled_from([0.0, 1e-3, 0.5]), min_size=1, max_size=2),
    "init_scale": st.lists(st.sampled_from([0, 0.5, 1, 30.0]), min_size=1, max_size=2),
    "optimizer.weight_decay": st.lists(st.sampled_from([0.0, 0.5, 0.9]), min_size=1, max_size=2),
    "network.dropout": st.lists(st.sampled_from([0.0, 0.2, 0.5]), min_size=1, max_size=3),
    "network.hidden": st.lists(
        st.sampled_from([2, [3, 2], []]), min_size=1, max_size=2, unique_by=repr
    ),
    "network.activation": st.lists(st.sampled_from(["tanh", "relu"]), min_size=1, unique=True),
    "recipe.batch_size": st.lists(
        st.sampled_from([1, 4, "full"]), min_size=1, max_size=2, unique=True
    ),
    "epochs": st.lists(st.sampled_from([0, 1, 5]), min_size=1, max_size=2, unique=True),
    "data.x": st.just([XOR["x"], [[0, 0], [0, 1], [1, 0], [0, 1]]]),
}


@st.composite
def grids(draw, most=3):
    """A few axes and their values."""
    paths = draw(st.lists(st.sampled_from(sorted(AXES)), min_size=1, max_size=most, unique=True))
    grid = {path: draw(AXES[path]) for path in paths}
    return {path: list({repr(v): v for v in values}.values()) for path, values in grid.items()}


def rows_of(path):
    """Every run of a store with its cell's key, in an order of their own."""
    with sqlite3.connect(path) as db:
        rows = db.execute(
            """SELECT cells.key, seed, outcome, steps, initial_loss, final_loss, final_test_loss,
               final_accuracy, measured, curve FROM runs JOIN cells ON cells.id = runs.cell"""
        ).fetchall()
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    return sorted(rows, key=lambda row: row[:2])


def columns_of(table):
    """A table as texts, so that NaN equals NaN."""
    return {name: [repr(v) for v in values.tolist()] for name, values in table.items()}
