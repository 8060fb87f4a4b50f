"""Training reproduces PyTorch's float64 trajectories: 10 activations, 5 losses, 9 optimizers."""

import json
from pathlib import Path

import numpy as np
import pytest

from fastdense import Dense, Network, Recipe, train

FOLDER = Path(__file__).parents[1] / "data" / "trajectories"
CASES = json.loads((FOLDER / "index.json").read_text())
LOSSES = {"bce_with_logits": "binary_crossentropy_logits"}
OPTIMIZERS = {"sgd_momentum": "momentum", "sgd_weight_decay": "sgd"}


def recipe_of(case):
    torch = dict(case["hyper"])
    name = OPTIMIZERS.get(case["optimizer"], case["optimizer"])
    rate = torch.pop("lr")
    hyper = {"name": name}
    translate = {"eps": "epsilon", "alpha": "alpha", "initial_accumulator_value": "initial"}
    for key, value in torch.items():
        if key == "betas":
            hyper["beta1"], hyper["beta2"] = value
        elif key == "momentum" and name in ("momentum", "nesterov"):
            hyper["momentum"] = value
        elif key == "weight_decay" or key in translate:
            hyper[translate.get(key, key)] = value
        else:
            # What is left must say nothing beyond the entry's definition.
            assert value in (0, False, None) or key in ("nesterov", "amsgrad"), (key, value)
    return Recipe(
        loss=LOSSES.get(case["loss"], case["loss"]),
        optimizer=hyper,
        learning_rate=rate,
        batch_size=case["batch"],
        epochs=case["steps"],
        dtype="float64",
    )


@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['loss']}-{c['optimizer']}")
def test_trajectory(case, device):
    stored = np.load(FOLDER / case["file"])
    sizes = case["sizes"]
    layers = [Dense(n, a) for n, a in zip(sizes[1:], case["activations"], strict=True)]
    network = Network(sizes[0], layers)

    def flat(suffix):
        parts = [
            stored[f"{kind}{index}{suffix}"].ravel()
            for index in range(len(layers))
            for kind in ("W", "b")
        ]
        return np.concatenate(parts)

    run = train(
        network,
        recipe_of(case),
        (stored["X"], stored["Y"]),
        parameters=flat(""),
        order=stored["order"],
        device=device,
    )
    np.testing.assert_allclose(run.running_loss[1:], stored["losses"], rtol=1e-9, atol=0)
    scale = np.abs(flat("_end")).max()
    np.testing.assert_allclose(run.parameters, flat("_end"), rtol=1e-9, atol=1e-9 * scale)
