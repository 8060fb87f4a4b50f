"""Public reports of stuck losses, rebuilt small: each shows here what it shows elsewhere.

`tests/data/reports/cases.json` says of each its source, its cause, its fix, and what another
framework shows; `shows` is what must be seen of that here: ranges of a measure's median over seeds,
the outcomes of most seeds, or why a file is refused.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from fastdense import FastdenseError, Network, Recipe, train
from fastdense.scenarios.experiment import experiment
from fastdense.scenarios.scenario import load
from fastdense.scenarios.verdict import measured

FOLDER = Path(__file__).parents[1] / "data" / "reports"
CASES = json.loads((FOLDER / "cases.json").read_text())
SHOWN = [(case["id"], shown) for case in CASES for shown in case["shows"]]
SEEDS = 16


def name(case, shown):
    return f"{case} {shown['file']} {' '.join(shown.get('set', []))}".strip()


def read(shown):
    changes = dict(text.split("=", 1) for text in shown.get("set", []))
    return load(str(FOLDER / shown["file"]), changes)


@pytest.mark.parametrize(("case", "shown"), SHOWN, ids=[name(case, shown) for case, shown in SHOWN])
def test_a_report_shows_what_it_shows_elsewhere(case, shown):
    if "refused" in shown:
        with pytest.raises(FastdenseError, match=shown["refused"]):
            read(shown)
        return
    done = experiment(read(shown), seeds=SEEDS)
    for arm, facts in shown["arms"].items():
        results = done.results[arm]
        for fact, expected in facts.items():
            if fact == "outcome":
                most = sum(result.run.outcome in expected for result in results) / len(results)
                assert most > 0.5, (arm, [result.run.outcome for result in results])
            else:
                low, high = expected
                median = np.median(measured(fact, results))
                assert low <= median <= high, (arm, fact, median)


def test_every_report_has_a_source_a_cause_and_something_to_see():
    assert len(CASES) == 11
    for case in CASES:
        assert case["source"] and case["true_cause"] and case["true_fix"] and case["shows"]
        for file in case["files"]:
            assert (FOLDER / file).exists()


def test_targets_paired_with_every_prediction_teach_the_mean():
    """Case 05: a loss of (n, 1) minus (n,) descends to the variance of the targets."""
    rows = np.loadtxt(FOLDER / "case_05.csv", delimiter=",", skiprows=1)
    x, y = rows[:, :2], rows[:, 2:]
    network = Network.of(2, 1, weights="torch_linear", bias="torch_linear")
    recipe = Recipe(learning_rate=0.1, batch_size="full", epochs=30, dtype="float64")
    taught = train(network, recipe, (x, np.full_like(y, y.mean()))).predict(x)
    assert ((taught - y) ** 2).mean() == pytest.approx(81.98, rel=0.01)
    assert train(network, recipe, (x, y[:, 0])).final_loss == pytest.approx(1.12, rel=0.05)
    with pytest.raises(FastdenseError, match="rows"):
        train(network, recipe, (x, y.T))


def test_the_accuracy_of_a_framework_s_history_is_that_under_dropout():
    """Case 17: Keras prints 0.13, 0.69, 0.92; without dropout all know their rows."""
    rows = np.loadtxt(FOLDER / "case_09.csv", delimiter=",", skiprows=1)
    x, labels = rows[:, :-1], rows[:, -1]
    generator = np.random.default_rng(0)
    done = experiment(load(str(FOLDER / "case_17.toml")), seeds=SEEDS)
    for arm, expected in {"l2-0.1": 0.13, "l2-0.01": 0.69, "l2-0.0001": 0.92}.items():
        shares = []
        for result in done.results[arm]:
            (hidden, hidden_bias), (output, output_bias) = result.run.layers
            units = 1 / (1 + np.exp(-(x @ hidden + hidden_bias)))
            kept = 2 * generator.integers(2, size=units.shape)
            answers = (units * kept @ output + output_bias).argmax(axis=1)
            shares.append((answers == labels).mean())
        assert np.mean(shares) == pytest.approx(expected, abs=0.03)
