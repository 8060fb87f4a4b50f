"""Exact bad minima of small ReLU networks: loss, gradient, neighborhood, and who ends there.

Three data sets on which one, two and three hidden ReLUs have local minima whose parameters can be
written down. Losses are sums of squares, the mean that the engine reports times the rows. For the
second data set the source prints a second weight of -1; its minimum needs +1.
"""

import numpy as np

from fastdense.judging.verdicts import HOW_OFTEN
from fastdense.layers.dense import Dense
from fastdense.many import train_many
from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.theory.points import Claim, Quantity, exact, share
from fastdense.training import train

QUESTION = "Do tiny ReLU networks have bad local minima that training ends in?"
SOURCE = "Swirszcz, Czarnecki, Pascanu (2016), Local minima in training of neural networks."
SEEDS = 512
LOSS, GRADIENT = "sum of squares", "norm of the gradient"
LOWER, ENDING = "share of neighbors below", "share of starts that end there"
QUANTITIES = {
    LOSS: Quantity(),
    GRADIENT: Quantity(),
    LOWER: Quantity(),
    ENDING: Quantity(),
}
CLAIMS = {
    "loss": Claim("The losses of the minima are 18; 0 and 8/3; 1/6 and 2/3.", absolute=1e-12),
    "gradient": Claim("The gradient is zero there.", absolute=1e-12),
    "minimum": Claim("Nothing near them is lower.", absolute=0.0),
    "reached": Claim(
        "On the first data, descent from random starts sometimes ends in the bad one.",
        resolution=0.05,
    ),
}
SIX = [-1.0, 0.0, 1.0, 10.0, 11.0, 12.0]
# Name: inputs, targets, and its minima: loss, hidden weights, hidden biases, weights, bias.
DATA = {
    "one unit": (
        [5.0, 4.0, 3.0, 1.0, -1.0],
        [2.0, 1.0, 0.0, -3.0, 3.0],
        {"18": (18.0, [1.0], [-3.0], [1.0], 0.0)},
    ),
    "two units": (
        SIX,
        [5.0, 0.0, -1.0, -3.0, -4.0, -5.0],
        {
            "0": (0.0, [-1.0, 1.0], [0.2, -8.0], [5.0, -1.0], -1.0),
            "8/3": (8 / 3, [-1.0, 1.0], [10 / 9, -9.0], [3.0, -1.0], -2.0),
        },
    ),
    "three units": (
        SIX,
        [3.0, 0.0, -1.0, -3.0, -4.0, -6.0],
        {
            "1/6": (1 / 6, [-1.0, -1.0, 1.0], [2.0, -0.5, -85 / 9], [1.0, 4.0, -1.5], -2.0),
            "2/3": (2 / 3, [-1.0, 1.0, 1.0], [4 / 3, -9.0, -11.5], [2.0, -1.0, -2.0], -2.0),
        },
    ),
}
CASES = tuple({"data": name} for name in DATA)
NEIGHBORS, NEAR = 1024, 1e-3  # how many, and how far at most in each parameter
ROUNDING = 1e-13  # of a sum of squares; a neighbor on the same flat floor differs by so much
EPOCHS = 20_000


def network_of(units):
    """One input, so many ReLUs, one output; kinks are drawn where the inputs are."""
    normal = {"name": "normal", "std": 1.0}
    wide = {"name": "normal", "std": 5.0}
    return Network(
        1, [Dense(units, "relu", weights=normal, bias=wide), Dense(1, weights=normal, bias=normal)]
    )


def rows_of(name):
    """Inputs and targets of a data set, (rows,) each."""
    inputs, targets, _ = DATA[name]
    return np.array(inputs), np.array(targets)


def measure(case, seeds, report):
    name = case["data"]
    rows, minima = rows_of(name), DATA[name][2]
    count, network = len(rows[0]), network_of(len(next(iter(minima.values()))[1]))
    recipe = Recipe(
        optimizer="adam", learning_rate=0.01, schedule="cosine", batch_size="full",
        epochs=EPOCHS, dtype="float64",
    )  # fmt: skip
    ends = train_many(
        network,
        recipe,
        rows,
        seeds=seeds,
        evaluate_every=EPOCHS,
        on_progress=lambda done, total: report(0.9 * done / total),
    ).final_loss
    points = []
    for label, (loss, *parts) in minima.items():
        there = np.concatenate([np.ravel(part) for part in parts])
        run = train(
            network, recipe.replace(epochs=1), rows, parameters=there, observe_every=1, threads=1
        )
        gradient = count * np.sqrt((run.signals["gradient_norm"][0] ** 2).sum())
        where = name, f"minimum {label}"
        points.append(exact(LOSS, *where, count * run.initial_loss, loss, "loss"))
        points.append(exact(GRADIENT, *where, gradient, 0.0, "gradient"))
        lower = below(network, rows, there, run.initial_loss)
        points.append(share(LOWER, *where, lower, NEIGHBORS, 0.0, "minimum"))
        ended = (abs(count * ends - loss) < 1e-3 * max(loss, 1.0)).sum()
        claimed = ((HOW_OFTEN["sometimes"].right, 1.0), "reached") if name == "one unit" else ()
        points.append(share(ENDING, *where, ended, len(seeds), *claimed))
    return points


def below(network, rows, there, loss):
    """How many of the neighbors of some parameters have a lower loss."""
    steps = np.random.default_rng(0).uniform(-NEAR, NEAR, (NEIGHBORS, len(there)))
    recipe = Recipe(batch_size="full", epochs=0, dtype="float64")
    around = train_many(
        network, recipe, rows, seeds=np.arange(NEIGHBORS), parameters=there + steps
    ).final_loss
    return int((around < loss - ROUNDING).sum())
