"""Outcomes of trainings: frozen, diverged, converged, oscillating, slow, stalled or too short."""

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from fastdense.checks import real
from fastdense.errors import FastdenseError, shown

# Stores hold places in this list, so that a new outcome comes last.
OUTCOMES = ("converged", "slow", "stalled", "frozen", "oscillating", "diverged", "too_short")
CONVERGED, SLOW, STALLED, FROZEN, OSCILLATING, DIVERGED, TOO_SHORT = range(len(OUTCOMES))

PARTS = 8  # of the window, whose levels tell a trend from scatter; fewer points tell nothing
FALLS = PARTS - 1  # from part to part
OFFSETS = np.arange(FALLS) - FALLS // 2  # of the falls in time, from their middle
SPREAD = int((OFFSETS**2).sum())


@dataclass(frozen=True)
class Thresholds:
    """The numbers in the definitions of the outcomes.

    Parameters
    ----------
    tail : float
        The final loss is the median over this last share of the epochs.
    window : float
        The last share of the epochs in which a loss falls or swings; at least eight points of it.
    converged : float
        Gap to the irreducible loss, as a share of that of the best constant.
    attainable : float
        Share of the gap between the best constant's loss and the irreducible that is left by the
        best function that is known of: such a loss then stands in place of the irreducible.
    swing : float
        A loss that rises, within the window, by more than this share of its median oscillates.
    trend : float
        A loss falls, or falls ever more slowly, if it does so by more than this many standard
        errors.
    promise : float
        A fall counts if what it promises exceeds this share of the gap to the irreducible loss,
        or of the fall so far, whichever is less.
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
    attainable: float = 0.0
    swing: float = 0.2
    trend: float = 2.5
    promise: float = 0.01
    diverged: float = 2.0

    def __post_init__(self) -> None:
        for field in fields(self):
            most = 1.0 if field.name in ("tail", "window", "attainable") else math.inf
            real(f"outcome.{field.name}", getattr(self, field.name), 0.0, most)


USUAL = Thresholds()


def check_thresholds(thresholds: object) -> None:
    """Refuse what is not `Thresholds`."""
    if not isinstance(thresholds, Thresholds):
        raise FastdenseError(f"thresholds is {shown(thresholds)}; give fastdense.Thresholds(...)")


def names(places):
    """The outcomes at places of `OUTCOMES`, an array of `str`."""
    return np.array(OUTCOMES, object)[places]


def classify(initial_parameters, parameters, loss, baselines, thresholds=USUAL):
    """The outcomes of several runs, (n,), as places of `OUTCOMES`.

    The definitions apply in the order frozen, diverged, converged, oscillating, slow, stalled; a
    run of too few points to tell the last three apart is too short.

    Parameters
    ----------
    initial_parameters, parameters : ndarray, shape (n, size)
    loss, baselines, thresholds : as in `classify_curves`
    """
    found = classify_curves(loss, baselines, thresholds)
    found[~np.isfinite(parameters).all(axis=1)] = DIVERGED
    bits = f"u{parameters.itemsize}"
    frozen = (parameters.view(bits) == initial_parameters.view(bits)).all(axis=1)
    # A loss that is not finite before the first step ends a run with the bits of its start.
    found[frozen & np.isfinite(loss[:, 0])] = FROZEN
    return found


@np.errstate(over="ignore", invalid="ignore")
def classify_curves(loss, baselines, thresholds=USUAL):
    """What loss curves alone tell of the outcomes of several runs, (n,), as places of `OUTCOMES`.

    Parameters
    ----------
    loss : ndarray, shape (n, rows)
        Column 0 is from before the first step. The curve of a run that ended before the others
        goes on as NaN, as its loss was not finite.
    baselines : Baselines
    thresholds : Thresholds
    """
    if baselines.irreducible < 0:  # of a Poisson loss; shares are then of what is above it
        loss = loss - baselines.irreducible
        baselines = replace(
            baselines, constant=baselines.constant - baselines.irreducible, irreducible=0.0
        )
    full = baselines.constant - baselines.irreducible
    floor = baselines.irreducible
    if thresholds.attainable:  # else no loss that is infinite makes it NaN
        floor += thresholds.attainable * full
    trained = loss[:, 1:] if loss.shape[1] > 1 else loss
    rows = trained.shape[1]
    tail = max(1, round(thresholds.tail * rows))
    final = _median(np.sort(trained[:, -tail:]))

    found = np.full(len(loss), TOO_SHORT, np.int8)
    if rows >= PARTS:
        window = trained[:, -max(PARTS, round(thresholds.window * rows)) :]
        gap, fallen = final - floor, loss.max(axis=1) - final
        found[:] = STALLED
        found[_falls(window, rows, gap, fallen, thresholds)] = SLOW
        rise = (window - np.minimum.accumulate(window, axis=1)).max(axis=1)
        found[rise > thresholds.swing * np.abs(_median(np.sort(window)))] = OSCILLATING
    found[final - floor <= max(thresholds.converged * full, baselines.rounding)] = CONVERGED
    found[final > thresholds.diverged * np.maximum(loss[:, 0], baselines.constant)] = DIVERGED
    found[~np.isfinite(loss).all(axis=1)] = DIVERGED
    return found


def _falls(window, rows, gap, fallen, thresholds):
    """Whether each loss falls beyond its scatter, and leads to a fall that matters: (n,).

    The medians of eight parts of the window, spread evenly over it, give seven falls from part to
    part. A straight line through these has a level, the trend, and a slope, its braking; both are
    judged against the scatter of the falls about the line, as in a regression. Falls, not losses:
    those of a random walk are independent, and those of a noisy plateau cancel, so that neither has
    a trend. A drop that has just begun is an outlier of the line; it is told by the last fall.

    Parameters
    ----------
    window : ndarray, shape (n, points)
    rows : int
        Points of the whole training.
    gap, fallen : ndarray, shape (n,)
        Final loss above the irreducible, and below the highest loss.
    thresholds : Thresholds
    """
    size = window.shape[1] // PARTS
    spacing = (window.shape[1] - size) / FALLS
    places = (spacing * np.arange(PARTS)).round().astype(int)
    parts = _median(np.sort(window[:, places[:, np.newaxis] + np.arange(size)]))
    # Transposed: NumPy then adds one fall after the other, in this order, on every machine.
    falls = np.ascontiguousarray((parts[:, :-1] - parts[:, 1:]).T)
    unit = np.abs(falls).max(axis=0)  # no square of a tiny loss vanishes
    falls /= np.where(unit > 0, unit, 1.0)
    trend = falls.sum(axis=0) / FALLS
    braking = -(falls * OFFSETS[:, np.newaxis]).sum(axis=0) / SPREAD
    rest = falls - trend + braking * OFFSETS[:, np.newaxis]
    error = thresholds.trend * np.sqrt((rest * rest).sum(axis=0) / (FALLS - 2))
    is_steady = trend > error / math.sqrt(FALLS)
    is_braking = braking > error / math.sqrt(SPREAD)
    usual = np.sort(np.abs(falls), axis=0)[FALLS // 2]
    is_dropping = falls[-1] > 2 * thresholds.trend * usual

    # As much as the trend takes off while training goes on for as long again; of a fall that
    # brakes, no more than Aitken's extrapolation leaves of it.
    promise = trend * (rows / spacing)
    earlier, later = falls[1:4].sum(axis=0), np.maximum(falls[4:7].sum(axis=0), 0.0)
    is_braking &= earlier > later
    left = later * later / np.where(is_braking, earlier - later, 1.0)
    promise = unit * np.where(is_braking, np.minimum(promise, left), promise)
    matters = promise > thresholds.promise * gap
    begins = promise > thresholds.promise * fallen  # straight on from the start, however slowly
    return (is_steady & (matters | begins)) | (is_dropping & matters)


def _median(ordered):
    """The median along the last axis of numbers in ascending order."""
    half, odd = divmod(ordered.shape[-1], 2)
    return ordered[..., half] if odd else (ordered[..., half - 1] + ordered[..., half]) / 2


def classify_curve(loss, baselines, thresholds=USUAL):
    """The outcome that one loss curve (rows,) tells."""
    return OUTCOMES[classify_curves(loss[np.newaxis], baselines, thresholds)[0]]
