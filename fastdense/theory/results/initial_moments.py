"""Moments at initialization: the mean square of a layer's activations, over random ReLU networks.

M_d is the mean over units of the squared activations of hidden layer d, for one input with M_0 = 1,
zero biases and layers of equal width. The networks are those that the engine draws for the same
seeds, in float64.
"""

import numpy as np

from fastdense import catalogue
from fastdense.numerics import streams
from fastdense.theory.points import Claim, Quantity, mean

QUESTION = "How does the size of activations change over the layers of a random ReLU network?"
SOURCE = "Hanin, Rolnick (2018), How to start training, arXiv:1803.01719."
SEEDS = 10_000
FIRST, SECOND = "mean of M_d", "mean of M_d^2 over its prediction"
HALVED = "mean of 2^d M_d"
QUANTITIES = {name: Quantity(along="hidden layer d") for name in (FIRST, SECOND, HALVED)}
CLAIMS = {
    "kept": Claim("With He's weights the mean of M_d stays that of the input.", resolution=0.15),
    "spread": Claim(
        "Its square grows as the product of 1 + 5 / width over the layers.", resolution=0.3
    ),
    "halved": Claim("With Glorot's weights every layer halves the mean.", resolution=0.15),
}
CASES = (
    {"weights": "he_normal", "width": 10, "layers": 2},
    {"weights": "he_normal", "width": 20, "layers": 4},
    {"weights": "glorot_normal", "width": 10, "layers": 4},
)


def squares(weights, width, layers, seeds):
    """M_d of each network and hidden layer: (seeds, layers)."""
    entry = catalogue.get("initializers", weights)
    values, found = np.ones((len(seeds), 1, width)), []
    for layer in range(layers):
        stream = streams.INITIAL, 2 * layer, 0, (width, width)
        normal = streams.numbers(entry.distribution, seeds, *stream)
        values = np.maximum(values @ entry.draw(normal, width, width, entry.hyper), 0)
        found.append((values**2).mean(axis=(1, 2)))
    return np.stack(found, axis=1)


def measure(case, seeds, report):
    weights, width, layers = case["weights"], case["width"], case["layers"]
    parts = np.array_split(seeds, -(-len(seeds) // 1000))
    rows = []
    for done, part in enumerate(parts, start=1):
        rows.append(squares(weights, width, layers, part))
        report(done / len(parts))
    m, series = np.concatenate(rows), f"{weights}, width {width}"
    points = []
    for d, values in enumerate(m.T, start=1):
        if weights == "glorot_normal":
            points.append(mean(HALVED, series, d, 2.0**d * values, 1.0, "halved"))
        else:
            growth = (1 + 5 / width) ** d
            points.append(mean(FIRST, series, d, values, 1.0, "kept"))
            points.append(mean(SECOND, series, d, values**2 / growth, 1.0, "spread"))
    return points
