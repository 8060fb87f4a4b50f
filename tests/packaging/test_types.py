"""Type checkers see the public API as it is: right programs pass, and slips are reported."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fastdense

ROOT = Path(__file__).parents[2]

RIGHT = """
import numpy as np
import fastdense
from fastdense import Data, Dense, Dropout, FastdenseError, Network, Recipe, Run, Thresholds
from fastdense import sweep, train, train_many

x = np.linspace(-1, 1, 200, dtype=np.float32)
network = Network(1, [Dense(8, "relu", weights={"name": "normal", "std": 0.1}), Dense(1)])
network = Network(1, [*network.layers[:1], Dropout(0.5), Dense(1, weights="he_normal")])
recipe = Recipe(loss="mse", optimizer={"name": "adam", "epsilon": 1e-7}, class_weights=[1.0])
recipe = recipe.replace(batch_size="full", schedule=recipe.schedule, learning_rate=None)
rate: float = 2 * recipe.learning_rate
name: str = recipe.optimizer.name
data = Data(x, [[0.0]] * 200, test=(x, x), notes=["mine"])
try:
    run: Run = train(network, recipe, data, observe_every=10, on_progress=lambda done: None)
except FastdenseError as error:
    raise SystemExit(str(error)) from None
last: float = run.final_loss + run.initial_loss
text: str = run.outcome.upper()
widths = [layer.units for _, layer in network.dense]
shapes = [(weights.shape, bias.shape) for weights, bias in run.layers]
largest = run.predict([[0.5]]).max() + run.signals["gradient_norm"][-1]
runs = train_many(network, recipe, (x, x), seeds=4, learning_rate=[0.1], thresholds=Thresholds())
outcomes = {one.outcome for one in runs} | {runs[0, 1].outcome}
stalled = (runs.outcome == "stalled").mean()
table = sweep("capacity-tanh", {"network.hidden": [2, 4]}, seeds=2, measures=["excess"])
losses = table["final_loss"].min()
fastdense.to_tensorboard(run, "logs")
run.plot().set_title(run.outcome)
train(network, recipe, data, on_progress=fastdense.ProgressBar("sine", unit="epochs"))
train_many(network, recipe, (x, x), seeds=4, on_progress=fastdense.ProgressBar())
first = run.to_frame()["loss"][0]
"""

WRONG = {
    "Recipe(learing_rate=0.1)": 'Unexpected keyword argument "learing_rate" for "Recipe"',
    "Recipe(loss=3)": 'Argument "loss" to "Recipe" has incompatible type "int"',
    "Recipe(reduction='avg')": 'Argument "reduction" to "Recipe" has incompatible type',
    "Recipe().learing_rate": '"Recipe" has no attribute "learing_rate"',
    "Recipe().loss.upper()": '"Choice" has no attribute "upper"',
    "Dense('8')": 'Argument 1 to "Dense" has incompatible type "str"',
    "Network(1, [8, 1])": 'List item 0 has incompatible type "int"',
    "fastdense.to_tensorboard(network)": 'Missing positional argument "folder"',
    "fastdense.ProgressBar(titel='a')": 'Unexpected keyword argument "titel" for "ProgressBar"',
    "Data([1.0])": 'Missing positional argument "targets"',
    "train(network)": 'Missing positional arguments "recipe", "data" in call to "train"',
    "train(network, Recipe(), data).los": '"Run" has no attribute "los"',
    "train(network, Recipe(), data, thread=1)": 'Unexpected keyword argument "thread" for "train"',
    "train_many(network, Recipe(), data).los": '"Runs" has no attribute "los"',
    "sweep('depth', {}, seed=1)": 'Unexpected keyword argument "seed" for "sweep"',
    "fastdense.Trainer": 'Module has no attribute "Trainer"',
}


def mypy(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", *arguments],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert not done.stderr
    return done.stdout


def test_the_public_modules_have_the_types_that_they_say(tmp_path):
    assert mypy(f"--cache-dir={tmp_path}", "--config-file=setup.cfg") == ""


def test_slips_are_reported_and_a_right_program_passes(tmp_path):
    (tmp_path / "right.py").write_text(RIGHT)
    head = (
        "import fastdense\nfrom fastdense import *\nnetwork, data = Network.of(1, 1), ([0], [0])\n"
    )
    (tmp_path / "wrong.py").write_text(head + "\n".join(WRONG))
    options = f"--cache-dir={tmp_path}", "--config-file=", "--follow-imports=silent", "--strict"
    reports = mypy(*options, *map(str, tmp_path.glob("*.py"))).splitlines()
    assert not [report for report in reports if "right.py" in report]
    for line, (slip, expected) in enumerate(WRONG.items(), head.count("\n") + 1):
        found = [report for report in reports if f"wrong.py:{line}: error:" in report]
        assert any(expected in report for report in found), (slip, found)


def test_the_stub_names_what_the_package_has():
    stub = ast.parse((ROOT / "fastdense" / "__init__.pyi").read_text())
    homes = {
        alias.name: node.module.removeprefix("fastdense.")
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert homes == fastdense._HOMES
    (listed,) = (ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign))
    assert sorted(listed) == sorted(fastdense.__all__)


@pytest.mark.parametrize("name", ["Data", "Dense", "Network", "Recipe"])
def test_what_a_type_checker_sees_is_what_is_called(name):
    """Where fields are converted, `__init__` is written out for type checkers."""
    public = getattr(fastdense, name)
    (of_class,) = (
        node
        for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(public))))
        if isinstance(node, ast.ClassDef) and node.name == name
    )
    (seen,) = (
        node
        for node in ast.walk(of_class)
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    )
    defaults = [*seen.args.defaults, *(value for value in seen.args.kw_defaults if value)]
    real = list(inspect.signature(public).parameters.values())
    assert [one.arg for one in (*seen.args.args[1:], *seen.args.kwonlyargs)] == [
        one.name for one in real
    ]
    assert {one.arg for one in seen.args.kwonlyargs} == {
        one.name for one in real if one.kind is one.KEYWORD_ONLY
    }
    assert [ast.literal_eval(value) for value in defaults] == [
        one.default for one in real if one.default is not one.empty
    ]
