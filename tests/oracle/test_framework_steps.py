"""Steps are those of Keras and PyTorch in float64, by the names that these give everything."""

import json
from pathlib import Path

import numpy as np
import pytest

from fastdense import Dense, FastdenseError, Network, Recipe, catalogue, train

STORED = np.load(Path(__file__).parents[1] / "data" / "framework_steps.npz")
CASES = json.loads(str(STORED["index"]))["cases"]
HYPER = {"beta_1": "beta1", "beta_2": "beta2", "eps": "epsilon"}
LOSSES = {"kl_div": "kl_divergence_log"}  # whose usual mean is not PyTorch's default


def recipe_of(case):
    hyper = {HYPER.get(key, key): value for key, value in case["options"].items()}
    rate = hyper.pop("learning_rate", hyper.pop("lr", None))
    if "betas" in hyper:
        hyper["beta1"], hyper["beta2"] = hyper.pop("betas")
    with pytest.raises(FastdenseError, match="as PyTorch has it and .* as Keras has it"):
        catalogue.get("optimizers", case["optimizer"])
    name = case["optimizer"].lower() + {"keras": "_keras", "torch": ""}[case["framework"]]
    return Recipe(
        loss=LOSSES.get(case["loss"], case["loss"]),
        optimizer={"name": name, **hyper},
        learning_rate=rate,
        batch_size="full",
        dtype="float64",
    )


@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("number", range(len(CASES)))
def test_steps(number, device):
    case, recipe = CASES[number], recipe_of(CASES[number])
    data = STORED[f"inputs{number}"], STORED[f"targets{number}"]
    places = STORED[f"parameters{number}"]
    network = Network(3, [Dense(4, case["hidden"]), Dense(2, case["last"])])
    for steps, place in enumerate(places):
        run = train(
            network, recipe.replace(epochs=steps), data, parameters=places[0], device=device
        )
        np.testing.assert_allclose(run.parameters, place, rtol=1e-10, atol=1e-12)
