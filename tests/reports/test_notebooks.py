"""What notebooks show of results: their numbers, without Jinja2, and without what could collide."""

import subprocess
import sys

import numpy as np
import pytest
from pages import Read

from fastdense import Network, Recipe, diagnose, sweep, train, train_many
from fastdense.markup.words import digits

X = np.linspace(-1, 1, 40, dtype=np.float32)
NETWORK = Network.of(1, 4, 1, activation="relu")
RECIPE = Recipe(optimizer="sgd", learning_rate=0.05, epochs=30)
GRID = {"learning_rate": [0.001, 0.01, 0.1], "batch_size": [4, 8]}


@pytest.fixture(scope="module")
def results():
    return {
        "run": train(NETWORK, RECIPE, (X, X), observe_every=5),
        "runs": train_many(NETWORK, RECIPE, (X, X), seeds=6, observe_every=5),
        "diagnosis": diagnose(NETWORK, RECIPE.replace(learning_rate=0.0), (X, X), effort="quick"),
        "table": sweep("rate-adam", grid=GRID, seeds=2),
    }


@pytest.mark.parametrize("name", ["run", "runs", "diagnosis", "table"])
def test_a_cell_is_a_box_with_a_style_of_its_own(results, name):
    page = Read(results[name]._repr_html_())
    first = page.elements[0]
    assert first == ("div", {"class": "fastdense"}) and page.named("figure")
    assert not any("id" in attributes for _, attributes in page.elements)
    assert not {"script", "link", "iframe", "img"} & {tag for tag, _ in page.elements}
    (style,) = page.text.split("<style>")[1:]
    rules = style.partition("</style>")[0].split("}")
    for rule in rules:  # nothing outside the box is styled
        chosen = rule.partition("{")[0].strip()
        if chosen and not chosen.startswith("@media"):
            assert all("fastdense" in one for one in chosen.split(","))


def test_a_run_shows_its_outcome_and_its_losses(results):
    run, plain = results["run"], Read(results["run"]._repr_html_()).plain
    assert repr(run) in plain and digits(run.final_loss) in plain
    assert "dead share" in plain and "best constant prediction" in plain


def test_runs_show_their_outcomes_with_intervals(results):
    runs, plain = results["runs"], Read(results["runs"]._repr_html_()).plain
    for name, count in zip(*np.unique(runs.outcome, return_counts=True), strict=True):
        assert f"{count / 6:.0%} [" in plain and name in plain
    assert digits(np.sort(runs.final_loss)[round(0.5 * 5)]) in plain


def test_what_was_never_evaluated_or_is_undefined_is_shown_without_it():
    silent = train(NETWORK, RECIPE, (X, X), evaluate_every=0)
    assert "not evaluated" in Read(silent._repr_html_()).plain
    assert "not evaluated" in Read(
        train_many(NETWORK, RECIPE, (X, X), seeds=2, evaluate_every=0)._repr_html_()
    ).plain  # fmt: skip
    for rate in (1e30, 0.0):
        recipe = RECIPE.replace(learning_rate=rate)
        for epochs in (0, 1, 30):
            own = recipe.replace(epochs=epochs)
            for one in (train(NETWORK, own, (X, X), observe_every=1),
                        train_many(NETWORK, own, (X, X), seeds=3, observe_every=1)):  # fmt: skip
                html = one._repr_html_()
                drawn = Read(html).named("path", "rect", "text", "svg")
                assert drawn and "nan" not in str([list(one.values()) for one in drawn])


def test_runs_of_two_dimensions_are_one_fan():
    runs = train_many(NETWORK, RECIPE, (X, X), seeds=np.arange(6).reshape(2, 3))
    assert "6 runs" in runs._repr_html_()


def test_a_table_without_runs_is_shown(results):
    table = results["table"]
    none = table.where(np.zeros(table.rows, bool))
    assert "0 runs" in Read(none._repr_html_()).plain


def test_results_are_shown_without_jinja2():
    code = """
import sys
sys.modules["jinja2"] = sys.modules["markupsafe"] = None
import numpy as np
from fastdense import Network, Recipe, train
x = np.arange(4.0)
run = train(Network.of(1, 2, 1), Recipe(epochs=2), (x, x), observe_every=1)
assert "<svg" in run._repr_html_()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
