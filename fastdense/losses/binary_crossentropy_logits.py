"""Binary cross-entropy fused with the sigmoid: from logits, never infinite slopes.

`clip` bounds the *reported* loss at -log(clip) and leaves the gradient p - y alone, as
hand-written listings do that clip inside their loss function but not inside their gradient.
"""

import numpy as np

from fastdense.arrays.chunks import average
from fastdense.numerics.maths import exp, log, log1p, sigmoid

SOURCE = "PyTorch `BCEWithLogitsLoss`; Keras `binary_crossentropy` (from_logits=True)."
TARGETS = "unit"
PREDICTIONS = "logit"
HYPER = {"clip": 0.0, "label_smoothing": 0.0}
RANGES = {"clip": (0.0, 0.5), "label_smoothing": (0.0, 1.0)}


def value(p, y, hyper):
    clip, smoothing = hyper
    T = type(p)
    y = y * (T(1) - smoothing) + T(0.5) * smoothing
    most = -log(clip)
    rest = log1p(exp(-abs(p)))
    one = min(max(-p, T(0)) + rest, most)
    zero = min(max(p, T(0)) + rest, most)
    return y * one + (T(1) - y) * zero


def slope(p, y, hyper):
    _, smoothing = hyper
    T = type(p)
    return sigmoid(p) - (y * (T(1) - smoothing) + T(0.5) * smoothing)


def spec(p, y, hyper):
    smoothing = hyper["label_smoothing"]
    y = (1 - smoothing) * y + smoothing / 2
    with np.errstate(divide="ignore"):
        most = -np.log(hyper["clip"])
    rest = np.log1p(np.exp(np.where(p.real > 0, -p, p)))  # log(1 + e^p) is max(p, 0) + this
    one = np.minimum(np.where(p.real > 0, 0, -p) + rest, most)
    zero = np.minimum(np.where(p.real > 0, p, 0) + rest, most)
    return (y * one + (1 - y) * zero).mean(axis=1), (0.5 * (1 + np.tanh(p / 2)) - y) / y.shape[1]


def constant(y, weights, hyper):
    """The entropy of the mean target, or less where the clip makes it cheaper to ignore a class."""
    smoothing = hyper["label_smoothing"]
    p = (1 - smoothing) * average(lambda y: y, y, weights) + smoothing / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        most = -np.log(hyper["clip"])
        one = np.where(p > 0, -p * np.log(p), 0.0)
        zero = np.where(p < 1, -(1 - p) * np.log1p(-p), 0.0)
        ignored = np.where(np.minimum(p, 1 - p) > 0, np.minimum(p, 1 - p) * most, 0.0)
    return float(np.minimum(one + zero, ignored).mean())


ALIASES = ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", "MultiLabelSoftMarginLoss")
