"""Steps of networks on images, and of normalizations, are those of PyTorch in float64."""

import json
from pathlib import Path

import numpy as np
import pytest

from fastdense import Network, Recipe, train

STORED = np.load(Path(__file__).parents[1] / "data" / "image_steps.npz")
ABOUT = json.loads(str(STORED["index"]))
HYPER = {"eps": "epsilon", "weight_decay": "weight_decay", "momentum": "momentum"}
NAMES = {"SGD": "sgd", "Adam": "adam", "AdamW": "adamw", "RMSprop": "rmsprop"}


def recipe_of(case):
    options = dict(case["options"])
    rate, name = options.pop("lr"), NAMES[case["optimizer"]]
    if "momentum" in options:
        name = "nesterov" if options.pop("nesterov", False) else "momentum"
    return Recipe(
        loss="mse" if case["loss"] == "mse" else "sparse_softmax_cross_entropy",
        optimizer={"name": name, **{HYPER[key]: value for key, value in options.items()}},
        learning_rate=rate,
        batch_size=ABOUT["batch"],
        epochs=ABOUT["epochs"],
        shuffle=False,
        dtype="float64",
    )


@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("number", range(len(ABOUT["cases"])))
def test_steps(number, device):
    case = ABOUT["cases"][number]
    inputs = case["shape"] if len(case["shape"]) > 1 else case["shape"][0]
    network = Network.from_dict({"inputs": inputs, "layers": case["layers"]})
    data = STORED[f"inputs{number}"], STORED[f"targets{number}"]
    run = train(network, recipe_of(case), data, parameters=STORED[f"start{number}"], device=device)
    np.testing.assert_allclose(run.parameters, STORED[f"end{number}"], rtol=1e-9, atol=1e-11)
    found = run.model.predict(data[0]) if device == "cpu" else run.predict(data[0])
    np.testing.assert_allclose(found, STORED[f"outputs{number}"], rtol=1e-9, atol=1e-10)
