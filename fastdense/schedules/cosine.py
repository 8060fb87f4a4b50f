"""Half a cosine from 1 to `floor` over the whole training."""

import math

from fastdense.numerics.maths import cos_pi

SOURCE = "Loshchilov, Hutter (2016), arXiv:1608.03983; PyTorch `CosineAnnealingLR`."
HYPER = {"floor": 0.0}
RANGES = {"floor": (0.0, float("inf"))}


def factor(epoch, epochs, hyper):
    (floor,) = hyper
    return floor + 0.5 * (1.0 - floor) * (1.0 + cos_pi(min(epoch / epochs, 1.0)))


def spec(epoch, epochs, hyper):
    done = min(epoch / epochs, 1)  # steps on mini-batches of one's own may come after the end
    return hyper["floor"] + 0.5 * (1 - hyper["floor"]) * (1 + math.cos(math.pi * done))
