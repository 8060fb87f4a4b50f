"""A hidden unit that is split in two: a critical point becomes a line of critical points.

A network of two tanh units is trained to a critical point, on which Newton's method then polishes
its parameters to the last bits. One unit, of weights w and v, is replaced by two of weights
(w, share v) and (w, (1 - share) v). Loss and gradient are the engine's, in float64. Besides a zero
along the line, the Hessian gains the signs of share (1 - share) A, where A is the mean of the
loss's slope times the second derivative of v tanh by the weights into the unit: a minimum of the
small network is a line of saddles of the large one where A has eigenvalues of both signs.
"""

import numpy as np

from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.reference.backward import loss_and_gradient
from fastdense.theory.points import Claim, Quantity, exact
from fastdense.training import train

QUESTION = "Does splitting a hidden unit turn a minimum into a line of critical points?"
SOURCE = "Fukumizu, Amari (2000), Local minima and plateaus, Neural Networks 13, 317."
LOSS, GRADIENT = "change of the loss", "norm of the gradient"
DOWNWARD = "directions that lead down"
ALONG = "share of the unit's weight on its copy"
QUANTITIES = {name: Quantity(along=ALONG) for name in (LOSS, GRADIENT, DOWNWARD)}
CLAIMS = {
    "loss": Claim("The loss is that of the small network, all along the line.", absolute=1e-12),
    "gradient": Claim("So is the gradient: zero.", absolute=1e-12),
    "downward": Claim("Its points are saddles, with the directions down that A has.", resolution=0),
}
CASES = ({"unit": 0}, {"unit": 1})
SHARES = (-2.0, -1.0, -0.5, 0.25, 0.5, 0.75, 1.5, 2.0, 3.0)
X = np.linspace(-2.0, 2.0, 21)
Y = np.cos(2.0 * X + 0.5)
RECIPE = Recipe(optimizer="adam", learning_rate=0.02, schedule="cosine", batch_size="full",
                epochs=20_000, dtype="float64", seed=1)  # fmt: skip
STEP = 1e-5  # of the differences that make a Hessian
FLAT = 1e-7  # an eigenvalue nearer to zero than this is none


def network_of(units):
    """One input, so many tanh units, one output."""
    return Network.of(1, units, 1, activation="tanh")


def gradient(network, parameters):
    """Gradient (size,) of the mean squared error, by the reference."""
    rows = X[:, np.newaxis], Y[:, np.newaxis], np.ones(len(X))
    return loss_and_gradient(network, RECIPE, parameters, *rows)[1]


def hessian(network, parameters):
    """Second derivatives (size, size), by central differences of the gradient."""
    columns = [
        (gradient(network, parameters + step) - gradient(network, parameters - step)) / (2 * STEP)
        for step in STEP * np.eye(len(parameters))
    ]
    return (np.array(columns) + np.transpose(columns)) / 2


def critical_point():
    """Parameters (7,) of a critical point of the small network, to rounding."""
    network = network_of(2)
    there = train(network, RECIPE, (X, Y), evaluate_every=RECIPE.epochs, threads=1).parameters
    for _ in range(20):
        there = there - np.linalg.solve(hessian(network, there), gradient(network, there))
    return there


def split(parameters, unit, part):
    """The parameters (10,) of the large network in which a unit of the small one is two."""
    (w, b), (v, c) = network_of(2).split(parameters)
    v = v.copy()
    copied = part * v[unit]
    v[unit] -= copied
    return np.concatenate([
        np.append(w[0], w[0, unit]), np.append(b, b[unit]), np.append(v[:, 0], copied), c,
    ])  # fmt: skip


def curvature(parameters, unit):
    """A (2, 2): mean slope of the loss times the Hessian of v tanh(w x + b) by (w, b)."""
    (w, b), (v, c) = network_of(2).split(parameters)
    hidden = np.tanh(np.outer(X, w[0]) + b)
    slope = 2 * (hidden @ v[:, 0] + c - Y)
    a = hidden[:, unit]
    second = -2 * a * (1 - a * a) * v[unit, 0]
    inputs = np.stack([X, np.ones(len(X))])
    return (slope * second * inputs) @ inputs.T / len(X)


def observed(network, parameters):
    """Loss and norm of the gradient, as the engine has them."""
    recipe = RECIPE.replace(epochs=1)
    run = train(network, recipe, (X, Y), parameters=parameters, observe_every=1, threads=1)
    return run.initial_loss, float(np.sqrt((run.signals["gradient_norm"][0] ** 2).sum()))


def measure(case, seeds, report):
    unit, there = case["unit"], critical_point()
    small, large = network_of(2), network_of(3)
    loss, _ = observed(small, there)
    below = (np.linalg.eigvalsh(hessian(small, there)) < -FLAT).sum()
    bending = np.linalg.eigvalsh(curvature(there, unit))
    points = []
    for part in SHARES:
        parameters = split(there, unit, part)
        found, norm = observed(large, parameters)
        down = (np.linalg.eigvalsh(hessian(large, parameters)) < -FLAT).sum()
        predicted = below + (part * (1 - part) * bending < 0).sum()
        where = f"unit {unit + 1} split", part
        points.append(exact(LOSS, *where, found - loss, 0.0, "loss"))
        points.append(exact(GRADIENT, *where, norm, 0.0, "gradient"))
        points.append(exact(DOWNWARD, *where, down, predicted, "downward"))
    return points
