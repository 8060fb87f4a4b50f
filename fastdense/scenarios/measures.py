"""The numbers of a run that a claim may speak of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from fastdense import catalogue
from fastdense.reference.curvature import largest_curvature
from fastdense.reference.forward import forward

MEASURES = {}


@dataclass(frozen=True)
class Measure:
    """A number of a run; `name` is how a sentence calls it."""

    name: str
    of: Callable  # (run, data) -> float
    needs: str = ""  # "signals" of the layers, or "classes"


def measure(function, needs=""):
    """Enter a measure under its function's name; its docstring is what a sentence calls it."""
    described = function.__doc__ or function.__name__  # Python with -OO has no docstrings
    MEASURES[function.__name__] = Measure(described, function, needs)
    return function


def signal(function):
    """Enter a measure of the signals of the layers."""
    return measure(function, "signals")


def of_classes(function):
    """Enter a measure of how rows are classified."""
    return measure(function, "classes")


def fault_of(name, arm):
    """Why a measure cannot be taken in an arm, or None: it needs test rows, or classes."""
    if name.startswith("test_loss") and arm.data.test is None:
        return f"needs test rows; set data.test of the arm {arm.name}"
    loss = catalogue.get("losses", arm.recipe.loss.name)
    if MEASURES[name].needs == "classes" and loss.accuracy(arm.network.outputs) is None:
        return f"needs classes; {loss.name} in the arm {arm.name} has none, use a cross-entropy"
    return None


def _relative(change, size):
    return change / size if size > 0 else (0.0 if change == 0 else np.inf)


@measure
def initial_loss(run, data):
    """loss at the start"""
    return run.initial_loss


@measure
def final_loss(run, data):
    """loss at the end"""
    return run.final_loss


@measure
def loss_left(run, data):
    """loss at the end over loss at the start"""
    return _relative(run.final_loss, run.initial_loss)


@measure
def excess(run, data):
    """loss above the irreducible, over that of the best constant prediction"""
    return _relative(
        run.final_loss - run.baselines.irreducible,
        run.baselines.constant - run.baselines.irreducible,
    )


@measure
def loss_change(run, data):
    """largest change of the loss from its start, relative"""
    return _relative(np.abs(run.loss - run.loss[0]).max(), run.loss.max())


@measure
def early_change(run, data):
    """largest change of the loss from its start over the first half of training, relative"""
    early = run.loss[: (len(run.loss) + 1) // 2]
    return _relative(np.abs(early - early[0]).max(), early.max())


@measure
def late_change(run, data):
    """range of the loss over the last half of training, relative"""
    late = run.loss[len(run.loss) // 2 :]
    return _relative(late.max() - late.min(), late.max())


@measure
def swing(run, data):
    """range of the loss over the last fifth, over its median"""
    late = run.loss[-max(2, len(run.loss) // 5) :]
    return _relative(late.max() - late.min(), np.median(late))


@measure
def time_to_converge(run, data):
    """share of training until 1% of the best constant's loss is left"""
    reached = run.loss - run.baselines.irreducible <= max(
        0.01 * (run.baselines.constant - run.baselines.irreducible), run.baselines.rounding
    )
    if not reached.any():
        return np.inf
    return float(run.epochs[reached.argmax()] / max(run.epochs[-1], 1))


@signal
def update_ratio(run, data):
    """largest of the updates observed, relative to the parameters"""
    if not np.isfinite(run.parameters).all():
        return np.inf
    updates = run.signals["update_ratio"][1:]  # entry 0 is from before the first step
    # NaN is 0 / 0, a layer of zeros that stays so; an update of such a layer is infinite.
    return float(np.where(np.isnan(updates), 0.0, updates).max(initial=0.0))


@signal
def gradient_left(run, data):
    """gradient norm at the end over that at the start"""
    norms = np.sqrt((run.signals["gradient_norm"] ** 2).sum(axis=1))
    if not len(norms):  # the loss was not finite from the start
        return np.inf
    return _relative(float(norms[-1]), float(norms[0]))


@measure
def test_loss_changes(run, data):
    """epochs whose test loss differs from the first, to the last bit"""
    return int((run.test_loss != run.test_loss[0]).sum())


@measure
def test_loss_range(run, data):
    """range of the test loss"""
    return float(run.test_loss.max() - run.test_loss.min())


@measure
def test_loss_at_end(run, data):
    """test loss at the end"""
    return float(run.test_loss[-1])


@measure
def test_loss_rise(run, data):
    """test loss at the end over its lowest"""
    return _relative(float(run.test_loss[-1]), float(run.test_loss.min()))


@measure
def time_to_leave(run, data):
    """share of training until the loss is a tenth below the best constant's"""
    left = run.loss - run.baselines.irreducible < 0.9 * (
        run.baselines.constant - run.baselines.irreducible
    )
    return float(run.epochs[left.argmax()] / max(run.epochs[-1], 1)) if left.any() else np.inf


@measure
def transition(run, data):
    """time to converge once the loss has left the best constant's, over the time before"""
    leaving = time_to_leave(run, data)
    return _relative(time_to_converge(run, data) - leaving, leaving)


@measure
def rises(run, data):
    """share of epochs in which the loss rises"""
    return float((np.diff(run.loss) > 0).mean()) if len(run.loss) > 1 else 0.0


@measure
def running_over_evaluated(run, data):
    """mean loss of the batches over the loss evaluated after them, in the last fifth"""
    late = slice(-max(1, len(run.loss) // 5), None)
    return _relative(float(run.running_loss[late].mean()), float(run.loss[late].mean()))


@measure
def output_range(run, data):
    """largest range of an output"""
    return float(np.ptp(run.predict(data.inputs), axis=0).max())


@measure
def initial_output_range(run, data):
    """largest range of an output at the start"""
    outputs, _ = forward(run.network, run.initial_parameters, data.inputs)
    return float(np.ptp(outputs, axis=0).max())


@measure
def distinct_units(run, data):
    """number of units in the first layer with weights of their own"""
    return len(np.unique(np.vstack(run.layers[0]), axis=1).T)


@measure
def sharpness(run, data):
    """largest curvature of the loss at the end"""
    return largest_curvature(run.network, run.recipe, data, run.parameters)


@of_classes
def accuracy(run, data):
    """accuracy at the end"""
    return float(run.accuracy[-1])


@of_classes
def worst_recall(run, data):
    """lowest recall of a class"""
    if not np.isfinite(run.parameters).all():
        return 0.0
    outputs, targets = run.predict(data.inputs), data.targets
    kind = catalogue.get("losses", run.recipe.loss.name).accuracy(run.network.outputs)
    if kind == "largest":
        truth = targets[:, 0] if targets.shape[1] == 1 else targets.argmax(axis=1)
        found = outputs.argmax(axis=1)
    else:
        truth = (targets > 0.5).ravel()
        found = (outputs > (0.5 if kind == "probability" else 0.0)).ravel()
    return float(min((found == truth)[truth == one].mean() for one in np.unique(truth)))


@signal
def gradient_at_start(run, data):
    """gradient norm at the start"""
    return (
        float(np.sqrt((run.signals["gradient_norm"][0] ** 2).sum()))
        if len(run.signals["gradient_norm"])
        else np.inf
    )


@signal
def gradient_ratio(run, data):
    """gradient of the first layer over that of the last, at the start"""
    if not len(run.signals["gradient_norm"]):
        return np.inf
    return _relative(
        float(run.signals["gradient_norm"][0, 0]), float(run.signals["gradient_norm"][0, -1])
    )


FAR_BELOW = -10.0  # zero; where the rectifiers are zero and flat, and others are only nearly so


@cache
def _dies(activation):
    """Whether units of an activation can be zero and flat, so that nothing revives them.

    Sigmoid and softmax outputs that round to zero are saturated, and an identity that is zero
    still learns: neither is dead.
    """
    entry = catalogue.get("activations", activation)
    if entry.coupled:
        return False
    value, slope = entry.spec(np.full((1, 1), FAR_BELOW), np.ones((1, 1)))
    return bool(value == 0 and slope == 0)


def _mean(layers, shares):
    """The mean over the units of the first layers of a signal (observed, dense layers)."""
    if not layers or not len(shares):  # no such layer; or a loss that is not finite from the start
        return np.full(max(len(shares), 1), np.inf)
    units = [layer.units for layer in layers]
    return np.average(shares[:, : len(units)], axis=1, weights=units)


def _hidden(run):
    return [layer for _, layer in run.network.dense[:-1]]


def _dead(run):
    """The share of dead units, in the output layer too where its activation can die."""
    _, last = run.network.dense[-1]
    outputs = [last] if _dies(last.activation) else []
    return _mean([*_hidden(run), *outputs], run.signals["dead_share"])


@signal
def dead_at_start(run, data):
    """share of dead units at the start"""
    return float(_dead(run)[0])


@signal
def dead_at_end(run, data):
    """share of dead units at the end"""
    return float(_dead(run)[-1])


@signal
def revived(run, data):
    """largest fall of the share of dead units"""
    return float(-np.diff(_dead(run)).min(initial=0.0))


@signal
def slope_at_start(run, data):
    """mean slope of the hidden activations at the start"""
    return float(_mean(_hidden(run), run.signals["mean_slope"])[0])
