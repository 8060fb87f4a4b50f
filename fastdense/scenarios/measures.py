"""The numbers of a run that a claim may speak of."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MEASURES = {}


@dataclass(frozen=True)
class Measure:
    """A number of a run; `name` is how a sentence calls it."""

    name: str
    of: Callable  # (run, floors) -> float


def measure(function):
    """Enter a measure under its function's name; its docstring is what a sentence calls it."""
    MEASURES[function.__name__] = Measure(function.__doc__, function)
    return function


def _relative(change, size):
    return change / size if size > 0 else (0.0 if change == 0 else np.inf)


@measure
def initial_loss(run, floors):
    """loss at the start"""
    return run.initial_loss


@measure
def final_loss(run, floors):
    """loss at the end"""
    return run.final_loss


@measure
def loss_left(run, floors):
    """loss at the end over loss at the start"""
    return _relative(run.final_loss, run.initial_loss)


@measure
def excess(run, floors):
    """loss above the floor, over that of the best constant prediction"""
    return _relative(run.final_loss - floors.floor, floors.constant - floors.floor)


@measure
def loss_change(run, floors):
    """largest change of the loss from its start, relative"""
    return _relative(np.abs(run.loss - run.loss[0]).max(), run.loss.max())


@measure
def late_change(run, floors):
    """range of the loss over the last half of training, relative"""
    late = run.loss[len(run.loss) // 2 :]
    return _relative(late.max() - late.min(), late.max())


@measure
def swing(run, floors):
    """range of the loss over the last fifth, over its median"""
    late = run.loss[-max(2, len(run.loss) // 5) :]
    return _relative(late.max() - late.min(), np.median(late))


@measure
def time_to_converge(run, floors):
    """share of training until 1% of the best constant's loss is left"""
    reached = run.loss - floors.floor <= max(
        0.01 * (floors.constant - floors.floor), floors.rounding
    )
    if not reached.any():
        return np.inf
    return float(run.epochs[reached.argmax()] / max(run.epochs[-1], 1))


@measure
def update_ratio(run, floors):
    """largest of the updates observed, relative to the parameters"""
    if not np.isfinite(run.parameters).all():
        return np.inf
    updates = run.update_ratio[1:]  # entry 0 is from before the first step
    # NaN is 0 / 0, a layer of zeros that stays so; an update of such a layer is infinite.
    return float(np.where(np.isnan(updates), 0.0, updates).max(initial=0.0))


@measure
def gradient_left(run, floors):
    """gradient norm at the end over that at the start"""
    norms = np.sqrt((run.gradient_norm**2).sum(axis=1))
    if not len(norms):  # the loss was not finite from the start
        return np.inf
    return _relative(float(norms[-1]), float(norms[0]))


@measure
def test_loss_changes(run, floors):
    """epochs whose test loss differs from the first, to the last bit"""
    return int((run.test_loss != run.test_loss[0]).sum())


@measure
def test_loss_range(run, floors):
    """range of the test loss"""
    return float(run.test_loss.max() - run.test_loss.min())
