"""XOR with two hidden sigmoids: plateaus on the way, and starts that never come to rest.

A network 2-2-1 of sigmoids on the four rows of XOR, full-batch gradient descent in float64. Small
starts meet the plateau of equal outputs, whose loss is that of the best constant. Larger ones
partly run off to infinity along a valley where two rows are right and two get 1/2: half that loss.
"""

import numpy as np

from fastdense.many import train_many
from fastdense.network import Network
from fastdense.recipe import Recipe
from fastdense.theory.points import Claim, Quantity, exact, mean, share

QUESTION = "Has XOR with two hidden sigmoids no bad local minimum, and long plateaus?"
SOURCE = (
    "Hamey (1998), XOR has no local minima; Sprinkhuizen-Kuyper, Boers (1998), The error surface "
    "of the 2-2-1 XOR network: the finite stationary points."
)
SEEDS = 512
LEVEL, TIME = "loss on the plateau", "share of the way on the plateau"
FALLING, SOLVED = "share that still falls", "share that learns XOR"
LEFT = "loss of those that do not"
QUANTITIES = {name: Quantity() for name in (LEVEL, TIME, SOLVED, FALLING, LEFT)}
CLAIMS = {
    "level": Claim("Small starts stay on a plateau at 1/4 (squared error) or ln 2.", relative=0.01),
    "time": Claim("They spend most of the way there."),
    "rest": Claim(
        "There is no bad local minimum: what has not learned still falls.",
        # Some hundred starts; a rule that one in ten breaks would show.
        resolution=0.1,
    ),
    # It does not follow, but may be thought to.
    "solved": Claim("Training learns XOR from every start.", own=True),
}
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])
CONSTANT = {"mse": 0.25, "binary_crossentropy": float(np.log(2))}
SMALL, LARGE = 0.1, 1.0  # standard deviations of weights and biases
EPOCHS, EVERY = 50_000, 10
CASES = tuple({"loss": loss, "std": std} for std in (SMALL, LARGE) for loss in CONSTANT)


def trained(loss, std, seeds, report, epochs=EPOCHS):
    """The `Runs` from starts of a standard deviation."""
    normal = {"name": "normal", "std": std}
    network = Network.of(
        2, 2, 1, activation="sigmoid", output="sigmoid", weights=normal, bias=normal
    )
    recipe = Recipe(loss=loss, batch_size="full", epochs=epochs, learning_rate=4.0, dtype="float64")
    return train_many(
        network,
        recipe,
        (X, Y),
        seeds=seeds,
        evaluate_every=EVERY,
        on_progress=lambda done, total: report(done / total),
    )


def plateau(curve, constant):
    """Median loss until half of the constant's is left, and the share of that way within 1%."""
    way = curve[: int((curve < constant / 2).argmax()) or len(curve)]
    return np.median(way), (abs(way / constant - 1) < 0.01).mean()


def measure(case, seeds, report):
    loss, std = case["loss"], case["std"]
    runs, constant = trained(loss, std, seeds, report), CONSTANT[loss]
    if std == SMALL:
        levels, times = np.array([plateau(curve, constant) for curve in runs.loss]).T
        return [
            mean(LEVEL, "small starts", loss, levels, constant, "level"),
            mean(TIME, "small starts", loss, times, (0.5, 1.0), "time"),
        ]
    final = runs.final_loss
    left = final > 0.05 * constant
    middle = runs.loss[left, runs.loss.shape[1] // 2]
    where, falling = ("larger starts", loss), (final[left] < middle).sum()
    points = [
        share(SOLVED, *where, (~left).sum(), len(final), 1.0, "solved"),
        share(FALLING, *where, falling, left.sum(), 1.0, "rest"),
    ]
    if left.any():
        points.append(exact(LEFT, *where, np.median(final[left]), constant / 2))
    return points
