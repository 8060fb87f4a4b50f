"""Stability limits of descent on a quadratic: the largest learning rate, times the curvature.

A linear unit on four rows is a quadratic with curvatures 4, 2 and 1. Gradient descent is stable up
to 2 over the largest, heavy-ball momentum b up to 2 + 2 b, Nesterov's up to (2 + 2 b) / (1 + 2 b).
"""

import numpy as np

from fastdense.many import train_many
from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.theory.points import Claim, Quantity, exact

QUESTION = "At which learning rate does descent on a quadratic become unstable?"
SOURCE = (
    "Polyak (1964), Some methods of speeding up convergence; Cohen et al. (2021), Gradient descent "
    "on neural networks typically occurs at the edge of stability, arXiv:2103.00065."
)
LIMIT = "largest stable rate, times the curvature"
QUANTITIES = {LIMIT: Quantity(along="momentum")}
CLAIMS = {
    "plain": Claim("Gradient descent is stable below 2.", relative=5e-4),
    "heavy": Claim("Heavy-ball momentum b is stable below 2 + 2 b.", relative=5e-4),
    "nesterov": Claim("Nesterov's is stable below (2 + 2 b) / (1 + 2 b).", relative=5e-4),
}
CASES = (
    {"optimizer": "sgd"},
    {"optimizer": "momentum"},
    {"optimizer": "momentum_keras"},
    {"optimizer": "nesterov"},
    {"optimizer": "nesterov_keras"},
)
MOMENTA = (0.0, 0.3, 0.5, 0.7, 0.9, 0.95)
X = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
CURVATURE = 4.0  # 2 mean(x1^2), the largest eigenvalue; the others are 1 and, for the bias, 2
EPOCHS = 20_000
HIGHEST, PARTS, ROUNDS = 8.0, 32, 3  # the search: 8 / 33^3 is 2e-4


def limit(optimizer, momentum):
    """What theory says, in units of the inverse curvature."""
    if optimizer == "sgd":
        return 2.0
    heavy = 2 + 2 * momentum
    return heavy / (1 + 2 * momentum) if optimizer.startswith("nesterov") else heavy


def unstable(optimizer, hyper, rates):
    """Whether the loss grows over the second half of training, for each rate (n,)."""
    recipe = Recipe(
        optimizer={"name": optimizer, **hyper}, batch_size="full", epochs=EPOCHS, dtype="float64"
    )
    runs = train_many(
        Network.of(2, 1),
        recipe,
        (X, np.zeros(4)),
        parameters=np.array([1.0, 1.0, 0.5]),
        learning_rate=rates,
        evaluate_every=EPOCHS // 2,
    )
    losses = runs.loss
    # A run whose loss is no longer finite ends early.
    return ~np.isfinite(losses[:, -1]) | (losses[:, -1] > losses[:, -2])


def search(optimizer, hyper, report):
    """The largest stable rate times the curvature, by dividing an interval again and again."""
    low, high = 0.0, HIGHEST
    for done in range(ROUNDS):
        rates = np.linspace(low, high, PARTS + 2)[1:-1]
        grows = unstable(optimizer, hyper, rates / CURVATURE)
        first = int(grows.argmax()) if grows.any() else PARTS
        edges = np.array([low, *rates, high])
        low, high = edges[first], edges[first + 1]
        report((done + 1) / ROUNDS)
    return (low + high) / 2


def measure(case, seeds, report):
    name = case["optimizer"]
    if name == "sgd":
        return [exact(LIMIT, name, 0.0, search(name, {}, report), 2.0, "plain")]
    claim = "nesterov" if name.startswith("nesterov") else "heavy"
    points = []
    for done, momentum in enumerate(MOMENTA):
        found = search(
            name, {"momentum": momentum}, lambda part, d=done: report((d + part) / len(MOMENTA))
        )
        points.append(exact(LIMIT, name, momentum, found, limit(name, momentum), claim))
    return points
