"""Outcomes of trainings: frozen, diverged, converged, slow, oscillating or stalled."""

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from fastdense.checks import real
from fastdense.errors import FastdenseError, shown

OUTCOMES = ("converged", "slow", "stalled", "frozen", "oscillating", "diverged")
CONVERGED, SLOW, STALLED, FROZEN, OSCILLATING, DIVERGED = range(len(OUTCOMES))


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

    Raises
    ------
    FastdenseError
        A number that is negative or not finite, or a share of one or more.
    """

    tail: float = 0.05
    window: float = 0.2
    converged: float = 0.01
    fall: float = 0.01
    swing: float = 0.2
    diverged: float = 2.0

    def __post_init__(self):
        for field in fields(self):
            most = 1.0 if field.name in ("tail", "window") else math.inf
            real(f"outcome.{field.name}", getattr(self, field.name), 0.0, most)


USUAL = Thresholds()


def check_thresholds(thresholds):
    """Refuse what is not `Thresholds`."""
    if not isinstance(thresholds, Thresholds):
        raise FastdenseError(f"thresholds is {shown(thresholds)}; give fastdense.Thresholds(...)")


def names(places):
    """The outcomes at places of `OUTCOMES`, an array of `str`."""
    return np.array(OUTCOMES, object)[places]


def classify(initial_parameters, parameters, loss, floors, thresholds=USUAL):
    """The outcomes of several runs, (n,), as places of `OUTCOMES`.

    The definitions apply in the order frozen, diverged, converged, slow, oscillating, stalled.

    Parameters
    ----------
    initial_parameters, parameters : ndarray, shape (n, size)
    loss, floors, thresholds : as in `classify_curves`
    """
    found = classify_curves(loss, floors, thresholds)
    found[~np.isfinite(parameters).all(axis=1)] = DIVERGED
    bits = f"u{parameters.itemsize}"
    frozen = (parameters.view(bits) == initial_parameters.view(bits)).all(axis=1)
    # A loss that is not finite before the first step ends a run with the bits of its start.
    found[frozen & np.isfinite(loss[:, 0])] = FROZEN
    return found


@np.errstate(over="ignore", invalid="ignore")
def classify_curves(loss, floors, thresholds=USUAL):
    """What loss curves alone tell of the outcomes of several runs, (n,), as places of `OUTCOMES`.

    Parameters
    ----------
    loss : ndarray, shape (n, rows)
        Column 0 is from before the first step. The curve of a run that ended before the others
        goes on as NaN, as its loss was not finite.
    floors : Floors
    thresholds : Thresholds
    """
    if floors.floor < 0:  # of a Poisson loss; shares are then of what is above the floor
        loss = loss - floors.floor
        floors = replace(floors, constant=floors.constant - floors.floor, floor=0.0)
    trained = loss[:, 1:] if loss.shape[1] > 1 else loss
    rows = trained.shape[1]
    tail = max(1, round(thresholds.tail * rows))
    length = max(2, round(thresholds.window * rows))
    window = np.sort(trained[:, -length:])
    final = _median(np.sort(trained[:, -tail:]))
    # The same median as `final`, one window earlier.
    earlier = max(rows - length, tail)
    before = _median(np.sort(trained[:, earlier - tail : earlier]))

    found = np.full(len(loss), STALLED, np.int8)
    found[window[:, -1] - window[:, 0] > thresholds.swing * _median(window)] = OSCILLATING
    found[before - final > thresholds.fall * before] = SLOW
    allowed = thresholds.converged * (floors.constant - floors.floor)
    found[final - floors.floor <= max(allowed, floors.rounding)] = CONVERGED
    found[final > thresholds.diverged * np.maximum(loss[:, 0], floors.constant)] = DIVERGED
    found[~np.isfinite(loss).all(axis=1)] = DIVERGED
    return found


def _median(ordered):
    """The median of each row of numbers in ascending order."""
    half, odd = divmod(ordered.shape[1], 2)
    return ordered[:, half] if odd else (ordered[:, half - 1] + ordered[:, half]) / 2


def classify_curve(loss, floors, thresholds=USUAL):
    """The outcome that one loss curve (rows,) tells."""
    return OUTCOMES[classify_curves(loss[np.newaxis], floors, thresholds)[0]]
