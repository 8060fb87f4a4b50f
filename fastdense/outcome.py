"""Outcomes of a run: frozen, diverged, converged, slow, oscillating or stalled."""

from dataclasses import dataclass

import numpy as np

from fastdense import catalogue
from fastdense.blocks import average, blocks
from fastdense.dataset import weights_of
from fastdense.grouping import equal_rows

OUTCOMES = ("converged", "slow", "stalled", "frozen", "oscillating", "diverged")
ROUNDING_ULPS = 8  # predictions this close to their targets cannot be told from them


@dataclass(frozen=True)
class Thresholds:
    """The numbers in the definitions of the outcomes.

    Parameters
    ----------
    tail : float
        The final loss is the median over this last share of the epochs.
    window : float
        The last share of the epochs in which a loss falls or swings.
    converged : float
        Gap to the floor, as a share of the gap between the best constant and the floor.
    fall : float
        A loss that falls by more than this share over the window is still on its way.
    swing : float
        A loss whose range over the window exceeds this share of its median oscillates.
    diverged : float
        A final loss above this many times the larger of initial and best-constant loss.
    """

    tail: float = 0.05
    window: float = 0.2
    converged: float = 0.01
    fall: float = 0.01
    swing: float = 0.2
    diverged: float = 2.0


@dataclass(frozen=True)
class Floors:
    """Losses that a curve is measured against.

    Parameters
    ----------
    constant : float
        Of the best prediction that ignores the inputs.
    floor : float
        The least that any function of the inputs reaches: above zero where equal inputs have
        different targets.
    rounding : float
        A gap that the dtype cannot resolve.
    """

    constant: float
    floor: float
    rounding: float


@np.errstate(over="ignore", invalid="ignore")
def floors(data, recipe):
    """The `Floors` of data under a recipe's loss and weights."""
    entry = catalogue.get("losses", recipe.loss.name)
    hyper = recipe.loss.values("losses")
    y = np.asarray(data.targets, recipe.dtype)
    alike = np.broadcast_to(1.0, len(y))
    weights = weights_of(data, recipe)
    weights = alike if weights is None else weights
    mass = weights.sum() / len(y)  # losses are sum(w * loss) / n

    def least(y, weights):
        if entry.targets == "label":
            y, weights = _by_class(y, weights)
        return entry.constant(y, weights, hyper)

    # In the recipe's dtype, since inputs that differ in float64 may be the same there.
    groups, lone = equal_rows(data.inputs, recipe.dtype)
    floor = 0.0
    for rows in groups:
        total = weights[rows].sum()
        if total > 0:
            floor += total * least(y[rows], weights[rows])
    if entry.targets != "real":  # cross-entropy with a soft target, or clipped, is never zero
        axis = 0 if y.shape[1] > 1 else None  # much faster for one column
        for block in blocks(*y.shape):
            rows = lone[block]
            distinct, which = np.unique(y[block][rows], axis=axis, return_inverse=True)
            masses = np.bincount(which.ravel(), weights[block][rows], len(distinct))
            for target, total in zip(distinct, masses, strict=True):
                floor += total * least(np.atleast_2d(target), np.ones(1))
    epsilon = ROUNDING_ULPS * np.finfo(recipe.dtype).eps
    if entry.targets == "real":
        shift = epsilon * max(abs(float(y.min())), abs(float(y.max())))
        rounding = float(average(lambda y: entry.spec(y + shift, y, hyper)[0], y, alike))
    else:
        rounding = float(epsilon)
    return Floors(constant=mass * least(y, weights), floor=floor / len(y), rounding=mass * rounding)


def _by_class(labels, weights):
    """One one-hot row for each class that labels (n, 1) name, and the weight of its rows."""
    masses = np.zeros(int(labels.max()) + 1)
    for block in blocks(len(labels)):
        classes = labels[block, 0].astype(np.int64)
        masses += np.bincount(classes, weights[block], len(masses))
    masses = masses[masses > 0]
    return np.eye(len(masses), dtype=bool), masses


def classify(run, floors, thresholds=Thresholds()):
    """The outcome of a run.

    The definitions apply in the order frozen, diverged, converged, slow, oscillating, stalled.
    """
    if not np.isfinite(run.loss[0]):
        return "diverged"  # before the first step: the bits are those of the start, but no matter
    if run.parameters.tobytes() == run.initial_parameters.tobytes():
        return "frozen"
    if not np.isfinite(run.parameters).all():
        return "diverged"
    return classify_curve(run.loss, floors, thresholds)


@np.errstate(over="ignore", invalid="ignore")
def classify_curve(loss, floors, thresholds=Thresholds()):
    """The outcome of a loss curve (rows,), entry 0 being from before the first step."""
    if not np.isfinite(loss).all():
        return "diverged"
    initial, trained = loss[0], loss[1:] if len(loss) > 1 else loss
    tail = max(1, round(thresholds.tail * len(trained)))
    final = float(np.median(trained[-tail:]))
    if final > thresholds.diverged * max(initial, floors.constant):
        return "diverged"
    gap = final - floors.floor
    allowed = thresholds.converged * (floors.constant - floors.floor)
    if gap <= max(allowed, floors.rounding):
        return "converged"
    length = max(2, round(thresholds.window * len(trained)))
    window = trained[-length:]
    # The same median as `final`, one window earlier.
    earlier = max(len(trained) - length, tail)
    before = float(np.median(trained[earlier - tail : earlier]))
    if before - final > thresholds.fall * before:
        return "slow"
    if window.max() - window.min() > thresholds.swing * np.median(window):
        return "oscillating"
    return "stalled"
