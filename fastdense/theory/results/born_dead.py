"""Born-dead ReLU networks: the share whose output is constant before any training.

A network of L layers has L - 1 hidden ones. With one input and zero biases it is positively
homogeneous, so that its values at 1 and at -1 say everything about any interval around 0: it is
born dead if some hidden layer is zero at both. Weights are those that the engine draws for
`Network.of(1, N, ..., N, 1, weights="he_normal")` from the same seeds, in float64; a deeper network
has the layers of a shallower one and some more.
"""

import numpy as np

from fastdense import catalogue
from fastdense.numerics import streams
from fastdense.theory.points import Claim, Quantity, share

QUESTION = "How often is a ReLU network dead before its first step?"
SOURCE = "Lu, Shin, Su, Karniadakis (2019), Dying ReLU and initialization, arXiv:1903.06733."
SEEDS = 100_000
SHARE = "share born dead"
QUANTITIES = {SHARE: Quantity(along="layers")}
LAYERS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20)
CLAIMS = {
    "bounds": Claim("The share lies between the two bounds, at every width and depth."),
    "exact": Claim("With three layers the share is known exactly: 5/32 at width 2."),
}
CASES = ({"width": 2}, {"width": 3}, {"width": 4})


def upper_bound(width, layers):
    """1 - (1 - 2^-N)^(L-1), the source's upper bound for any number of inputs."""
    return 1 - (1 - 2.0**-width) ** (layers - 1)


def lower_bound(width, layers):
    """The source's lower bound for one input; exact for three layers."""
    n = width
    a1 = 1 - 2.0**-n
    a2 = 1 - 2.0 ** (1 - n) - (n - 1) * 2.0 ** (-2 * n)
    k = (1 - 2.0 ** (1 - n)) * (1 - 2.0**-n) / (1 + (n - 1) * 2.0**-n)
    return 1 - a1 ** (layers - 2) + k * (a2 ** (layers - 2) - a1 ** (layers - 2))


def alive(width, layers, seeds):
    """Which of the seeds draw a network of so many layers that is not born dead, by `layers`.

    Returns a dict from numbers of layers, up to the largest of `layers`, to arrays of seeds. Only
    survivors are drawn further.
    """
    entry = catalogue.get("initializers", "he_normal")
    left, found = np.asarray(seeds), {}
    values = np.array([1.0, -1.0]).reshape(1, 2, 1)  # (networks or 1, both inputs, units)
    for layer in range(max(layers) - 1):
        fan_in = values.shape[2]
        stream = streams.INITIAL, 2 * layer, 0, (fan_in, width)
        normal = streams.numbers(entry.distribution, left, *stream)
        weights = entry.draw(normal, fan_in, width, {})
        values = np.maximum(values @ weights, 0)
        living = values.any(axis=(1, 2))
        left, values = left[living], values[living]
        found[layer + 2] = left
    return {count: found[count] for count in layers}


def measure(case, seeds, report):
    width = case["width"]
    points, parts = [], np.array_split(seeds, -(-len(seeds) // 10_000))
    living = dict.fromkeys(LAYERS, 0)
    for done, part in enumerate(parts, start=1):
        for layers, left in alive(width, LAYERS, part).items():
            living[layers] += len(left)
        report(done / len(parts))
    for layers in LAYERS:
        where = SHARE, f"width {width}", layers, len(seeds) - living[layers], len(seeds)
        bounds = lower_bound(width, layers), upper_bound(width, layers)
        points.append(share(*where, bounds, "bounds"))
        if layers == 3:
            points.append(share(*where, bounds[0], "exact"))
    return points
