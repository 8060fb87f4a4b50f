"""Plateaus of deep linear networks: how many steps until a mode of the data is learned.

Gradient descent with a small rate follows the gradient flow. A chain of N weights that start equal
learns a mode of strength s along u' = N u^(2 - 2/N) (s - u) / tau, where tau is 1 / (2 rate) for
the mean squared error of inputs of variance one, and so many times as large as there are outputs.
"""

import numpy as np

from fastdense import catalogue
from fastdense.network import Network
from fastdense.numerics.streams import DATA, numbers
from fastdense.recipe import Recipe
from fastdense.theory.points import Claim, Quantity, exact
from fastdense.training import train

QUESTION = "How long does a deep linear network stay on its plateau?"
SOURCE = "Saxe, McClelland, Ganguli (2013), Exact solutions to the nonlinear dynamics, 1312.6120."
STEPS, STAIRS = "steps until half of a mode is learned", "steps until a stair is half climbed"
DRIFT, HALVING = "change of a1^2 - a2^2", "change over that at half the rate"
QUANTITIES = {
    STEPS: Quantity(along="strength at the start", log="xy"),
    STAIRS: Quantity(along="strength of the mode"),
    DRIFT: Quantity(along="learning rate", log="xy"),
    HALVING: Quantity(along="learning rate", log="x"),
}
CLAIMS = {
    "escape": Claim("A plateau lasts as long as the formula says.", relative=0.02),
    "stairs": Claim("Modes are learned one after the other, each at its time.", relative=0.02),
    "invariant": Claim("The difference of squares of two weights does not change.", absolute=0.01),
    "order": Claim("What it changes vanishes with the learning rate.", relative=0.02),
}
STARTS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
RATES = (0.01, 0.005, 0.0025, 0.00125)
MODES = (4.0, 2.0, 1.0)
GROWTH = 0.01  # of a mode in a step at first with two layers: the flow is followed to half of it
CASES = (
    *({"weights": 2, "strength": s} for s in (1.0, 3.0)),
    {"weights": 3, "strength": 1.0},
    {"weights": 4, "strength": 1.0},
    {"modes": MODES},
    {"rates": RATES},
)


def escape_time(strength, start, end, tau):
    """The time in which a mode grows from `start` to `end` in two layers: tau / (2 s) times a log.

    Saxe, McClelland, Ganguli (2013), for two layers of weights.
    """
    s, u0, uf = strength, start, end
    return tau / (2 * s) * np.log(uf * (s - u0) / (u0 * (s - uf)))


def escape_time_deep(weights, strength, start, end, tau):
    """The same for a chain of so many weights, by Simpson's rule over the log of one of them."""
    logs = np.linspace(np.log(start), np.log(end), 20_001) / weights
    values = 1 / (np.exp((weights - 2) * logs) * (strength - np.exp(weights * logs)))
    inner = 4 * values[1:-1:2].sum() + 2 * values[2:-1:2].sum()
    return tau * (values[0] + inner + values[-1]) * (logs[1] - logs[0]) / 3


def staircase(modes, start, tau, times):
    """Sum of (s - u)^2 over modes that start at `start` in two layers, at times (n,)."""
    total = 0.0
    for s in modes:
        grown = np.exp(-2 * s * times / tau)
        total = total + (s - s / (1 + (s / start - 1) * grown)) ** 2
    return total


def crossing(curve, level):
    """Where a falling curve (n,) first reaches a level, in steps with fractions."""
    after = int((curve <= level).argmax())
    before = curve[after - 1]
    return after - 1 + (before - level) / (before - curve[after])


def descend(network, data, start, rate, epochs):
    """Full-batch gradient descent from given weights, in float64."""
    recipe = Recipe(batch_size="full", learning_rate=rate, epochs=epochs, dtype="float64")
    return train(network, recipe, data, parameters=start, threads=1)


def chain(values):
    """A linear chain with given weights and biases of zero, and its flat parameters."""
    network = Network.of(*[1] * (len(values) + 1), activation="identity")
    return network, np.ravel([(value, 0.0) for value in values])


def _modes(case, report):
    weights, s = case["weights"], case["strength"]
    rate = GROWTH / (4 * s ** (2 - 2 / weights))
    inputs = np.array([-1.0, 1.0])  # opposite rows, so that biases stay at zero
    points = []
    for done, start in enumerate(STARTS[: 6 - weights + 1], start=1):
        arguments = s, start, s / 2, 1 / (2 * rate)
        if weights == 2:
            theory = escape_time(*arguments)
        else:
            theory = escape_time_deep(weights, *arguments)
        network, there = chain([start ** (1 / weights)] * weights)
        run = descend(network, (inputs, s * inputs), there, rate, int(1.2 * theory))
        series = f"{weights} layers, strength {s:g}"
        steps = crossing(run.loss, s * s / 4)
        points.append(exact(STEPS, series, start, steps, theory, "escape"))
        report(done / len(STARTS))
    return points


def _stairs(case, report):
    modes, count = np.array(case["modes"]), len(case["modes"])
    start, rate = 1e-4, GROWTH / (4 * max(modes)) * count
    tau = count / (2 * rate)
    entry = catalogue.get("initializers", "orthogonal")
    left, middle, right = (
        entry.draw(normal, count, count, entry.hyper)
        for k in range(3)
        for normal in numbers(entry.distribution, [0], DATA, k, 0, (count, count))
    )
    inputs = np.sqrt(count) * np.vstack([np.eye(count), -np.eye(count)])  # of covariance one
    targets = inputs @ left @ np.diag(modes) @ right.T
    network = Network.of(count, count, count, activation="identity")
    there = np.zeros(network.size)
    (first, _), (second, _) = network.split(there)
    first[...] = np.sqrt(start) * left @ middle.T
    second[...] = np.sqrt(start) * middle @ right.T
    last = escape_time(min(modes), start, 0.9 * min(modes), tau)
    losses = descend(network, (inputs, targets), there, rate, int(1.2 * last)).loss * count
    times = np.linspace(0, 1.2 * last, 200_001)
    predicted = staircase(modes, start, tau, times)
    points = []
    for index, s in enumerate(modes):
        level = (modes[index + 1 :] ** 2).sum() + s * s / 2
        theory = crossing(predicted, level) * (times[1] - times[0])
        where = STAIRS, "three modes", s
        points.append(exact(*where, crossing(losses, level), theory, "stairs"))
    return points


def _invariants(case, report):
    start, inputs = np.array([0.8, 0.3, 0.1]), np.array([-1.0, 1.0])
    changes = []
    for rate in (*case["rates"], case["rates"][-1] / 2):
        network, there = chain(start)
        run = descend(network, (inputs, inputs), there, rate, int(20 / rate))
        ends = run.parameters[::2]
        changes.append(abs(ends[0] ** 2 - ends[1] ** 2 - start[0] ** 2 + start[1] ** 2))
    points = []
    for rate, change, halved in zip(case["rates"], changes, changes[1:], strict=False):
        points.append(exact(DRIFT, "3 layers", rate, change, 0.0, "invariant"))
        points.append(exact(HALVING, "3 layers", rate, change / halved, 2.0, "order"))
    return points


def measure(case, seeds, report):
    kinds = {"weights": _modes, "modes": _stairs, "rates": _invariants}
    return kinds[next(iter(case))](case, report)
