"""The version of the numbers is raised when their bits change, since stores of runs rely on it."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import strategies

from fastdense import Data, Dense, Dropout, Network, Recipe, catalogue, train
from fastdense.measures import MEASURES
from fastdense.numerics.version import VERSION

DIGESTS = json.loads((Path(__file__).parent.parent / "data" / "numerics.json").read_text())
BY_PREDICTIONS = {"accuracy", "worst_recall", "output_range", "initial_output_range", "sharpness"}
SMALL = np.linspace(-1, 1, 24).reshape(12, 2)


def trained(dtype):
    """Trainings in which every entry occurs, of the initializers those that draw."""
    entries = {kind: catalogue.names(kind) for kind in ("optimizers", "schedules", "initializers")}
    activations = [
        name for name in catalogue.names("activations")
        if not catalogue.get("activations", name).coupled
    ]  # fmt: skip
    entries["initializers"] = [
        name for name in entries["initializers"] if catalogue.get("initializers", name).random
    ]
    losses = catalogue.names("losses")
    for number in range(max(map(len, [activations, losses, *entries.values()]))):
        pick = {kind: names[number % len(names)] for kind, names in entries.items()}
        loss = catalogue.get("losses", losses[number % len(losses)])
        output = strategies.OUTPUTS.get(loss.predictions)
        targets = {
            "label": np.arange(12)[:, np.newaxis] % 2,
            "distribution": np.eye(2)[np.arange(12) % 2],
            "unit": np.arange(24).reshape(12, 2) % 2,
            "sign": np.arange(24).reshape(12, 2) % 2,
        }.get(loss.targets, SMALL[::-1] ** 2)
        activation = activations[number % len(activations)]
        hidden = Dense(5, activation, weights=pick["initializers"])
        network = Network(2, [hidden, Dropout(0.25), Dense(2, output or "identity")])
        recipe = Recipe(
            loss=loss.name, optimizer=pick["optimizers"], schedule=pick["schedules"], batch_size=5,
            epochs=12, l1=1e-4, l2=1e-3, clip_norm=3.0, seed=number, dtype=dtype,
            learning_rate=0.05,
        )  # fmt: skip
        data = Data(SMALL, targets)
        yield train(network, recipe, data, observe_every=1), data


def measured(run, data):
    """What a store keeps of a run besides, in as many digits as NumPy gives on any machine."""
    names = [name for name in sorted(MEASURES) if name not in BY_PREDICTIONS]
    return [f"{abs(MEASURES[name].of(run, data)):.5e}" for name in names if name[:4] != "test"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_version_changes_with_the_bits(dtype):
    state = hashlib.sha256()
    for run, data in trained(dtype):
        for numbers in (run.initial_parameters, run.parameters, run.loss):
            assert np.isfinite(numbers).all()
            state.update(np.ascontiguousarray(numbers).tobytes())
        state.update(f"{run.outcome} {measured(run, data)}".encode())
    known = DIGESTS.get(str(VERSION), {})
    assert known.get(dtype) == state.hexdigest(), (
        "trainings give other bits than those of this version: if that is meant, raise VERSION "
        f"(numerics/version.py) and add to tests/data/numerics.json {dtype} {state.hexdigest()}"
    )
