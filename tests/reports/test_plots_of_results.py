"""`plot` of a result: what is drawn is what it holds."""

import subprocess
import sys

import numpy as np
import pytest

from fastdense import Data, FastdenseError, Network, Recipe, diagnose, sweep, train, train_many

pyplot = pytest.importorskip("matplotlib.pyplot", reason="Matplotlib is not installed")
X = np.linspace(-1, 1, 32, dtype=np.float32)
Y = np.sin(3 * X)
SMALL = Network.of(1, 8, 1, activation="tanh")


@pytest.fixture(autouse=True)
def closed():
    pyplot.switch_backend("Agg")
    yield
    pyplot.close("all")


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def test_a_run_is_drawn_with_its_curves_and_its_outcome():
    run = train(SMALL, Recipe(epochs=40), Data(X, Y, test=(X[:9], Y[:9])))
    ax = run.plot()
    np.testing.assert_array_equal(lines(ax)["loss"].get_ydata(), run.loss)
    np.testing.assert_array_equal(lines(ax)["test loss"].get_ydata(), run.test_loss)
    assert lines(ax)["best constant prediction"].get_ydata()[0] == run.baselines.constant
    assert ax.get_title() == run.outcome
    assert ax.get_figure() is pyplot.gcf()  # so that a notebook shows it


def test_a_run_is_drawn_on_axes_that_are_given():
    _, axes = pyplot.subplots(1, 2)
    run = train(SMALL, Recipe(epochs=5), (X, Y), evaluate_every=0)
    assert run.plot(axes[1]) is axes[1] and not axes[0].get_lines()
    assert "running loss" in lines(axes[1]) and axes[1].get_title() == "not evaluated"
    with pytest.raises(FastdenseError, match="expected axes of Matplotlib"):
        run.plot("left")


def test_a_run_that_diverged_is_drawn():
    run = train(SMALL, Recipe(epochs=40, learning_rate=1e20), (X, Y))
    assert run.plot().get_title() == "diverged"


def test_runs_are_drawn_as_a_fan_with_their_outcomes():
    runs = train_many(SMALL, Recipe(epochs=30), (X, Y), seeds=9)
    ax = runs.plot()
    median = np.sort(runs.loss, axis=0)[4]
    np.testing.assert_array_equal(lines(ax)["median"].get_ydata(), median)
    counts = [int(part.split()[0]) for part in ax.get_title().split(", ")]
    assert sum(counts) == 9 and counts == sorted(counts, reverse=True)
    unknown = train_many(SMALL, Recipe(epochs=2), (X, Y), seeds=2, evaluate_every=0)
    with pytest.raises(FastdenseError, match="never evaluated"):
        unknown.plot()


def test_a_table_is_drawn_as_lines_or_as_a_map():
    grid = {"network.hidden": [2, 3, 4], "learning_rate": "log:1e-3:1:3", "recipe.epochs": [20]}
    table = sweep("capacity-tanh", grid, seeds=4)
    ax = table.plot(by=["learning_rate", "network.hidden"])
    assert ax.collections and len(ax.get_figure().axes) == 2  # the map, and its colors
    ax = table.plot(by="learning_rate", outcomes="stalled")
    (line,) = (one for one in ax.get_lines() if one.get_label() == "stalled")
    shares = [
        share.share(["stalled"])[0] for share in table.groups(table.numbers(["learning_rate"]))
    ]
    np.testing.assert_array_equal(line.get_ydata(), shares)
    with pytest.raises(FastdenseError, match="stall"):
        table.plot(outcomes="stall")


def test_a_diagnosis_is_drawn_with_what_was_tried():
    network = Network.of(1, *[16] * 5, 1, activation="sigmoid")
    found = diagnose(network, Recipe(epochs=100, learning_rate=0.01), (X, Y), effort="quick")
    ax = found.plot()
    words = [label.get_text() for label in ax.get_yticklabels()]
    assert words[0] == "as it is" and len(words) == 1 + min(len(found.tried), 8)
    assert {one[:40] for one in words[1:]} <= {one.change.words[:40] for one in found.tried}
    assert ax.get_title() == f"{found.verdict}: {found.causes[0].name}"


def test_nothing_but_drawing_loads_matplotlib():
    code = (
        "import sys\nfrom fastdense import Network, Recipe, train\n"
        "run = train(Network.of(1, 2, 1), Recipe(epochs=2), ([[0.0], [1.0]], [0.0, 1.0]))\n"
        "run.to_frame; assert 'matplotlib' not in sys.modules\n"
        "assert 'fastdense.reports' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else real(name)
    )
    run = train(SMALL, Recipe(epochs=2), (X, Y))
    with pytest.raises(FastdenseError, match="pip install"):
        run.plot()
