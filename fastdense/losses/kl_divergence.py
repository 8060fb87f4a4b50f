"""Kullback-Leibler divergence of probabilities: sum y log(y / p), both clipped to [epsilon, 1].

Of log-probabilities it is `kl_divergence_log`. Outside the clip the derivative is zero.
"""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import log

SOURCE = "Kullback, Leibler (1951); Keras `kl_divergence`, whose epsilon is 1e-7."
TARGETS = "distribution"
PREDICTIONS = "distribution"
HYPER = {"epsilon": 1e-7}
RANGES = {"epsilon": (1e-30, 0.5)}
ALIASES = ("kld", "kullback_leibler_divergence")


def columns(p, y, loss, slope, hyper, columns, room):
    # p, y, slope: (outputs, stride); loss: (stride,) float64
    (epsilon,) = hyper
    T, divergence = type(epsilon), room[0]
    for b in range(columns):
        divergence[b] = T(0)
    for o in range(p.shape[0]):
        for b in range(columns):
            target = min(max(y[o, b], epsilon), T(1))
            q = p[o, b]
            outside = (q < epsilon) | (q > T(1))
            slope[o, b] = T(0) if outside else -target / q
            q = epsilon if q < epsilon else q
            divergence[b] += target * log(target / (T(1) if q > T(1) else q))
    for b in range(columns):
        loss[b] = divergence[b]


def spec(p, y, hyper):
    epsilon = hyper["epsilon"]
    y, q = np.clip(y, epsilon, 1), np.clip(p, epsilon, 1)
    outside = (p.real < epsilon) | (p.real > 1)
    return (y * np.log(y / q)).sum(axis=1), np.where(outside, 0, -y / q)


def constant(y, weights, hyper):
    """Of all distributions: the mean target, or 0 for classes too rare to be worth more.

    A class whose p is below epsilon costs as much as at epsilon, and leaves its share to others.
    Those that are best left out are the rarest; each number of them is tried.
    """
    epsilon = hyper["epsilon"]

    def clipped(y):
        return np.clip(y, epsilon, 1)

    own = average(lambda y: (clipped(y) * np.log(clipped(y))).sum(axis=1), y, weights)
    mean = np.sort(average(clipped, y, weights))[::-1]  # what is left out comes last
    kept = np.cumsum(mean)
    entropy = np.cumsum(mean * np.log(mean)) - kept * np.log(kept)
    return float(own + (-entropy - (kept[-1] - kept) * np.log(epsilon)).min())
