"""What a checkpoint of one network's training holds, on any device: counters and plain arrays.

What follows from the task is not in it: the order of an epoch is a function of seed and epoch, and
samples are gathered anew by the next step. A checkpoint is always taken between two steps, with all
measured that was to be measured after them, and holds no address.
"""

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.kernels import layout
from fastdense.kernels.layout import CURVES, PARTIAL_SUMS, SUMS
from fastdense.numerics import streams

COUNTERS = "phase", "epoch", "position", "accumulated", "step", "summed", "row", "signal_row"
ENDS = "ended", "rows", "signal_rows", "steps"  # of a network whose loss is not finite any more


def shapes_of(task, counters):
    """The arrays that a checkpoint with these counters has: name to (shape, dtype)."""
    size, dense, dtype = task.network.size, len(task.network.dense), task.recipe.dtype
    slots = len(task.recipe.optimizer.entry.slots)
    points = counters["row"] if task.evaluate_every else 1  # then the last running loss
    shapes = {
        "parameters": ((size,), dtype),
        "powers": ((layout.POWERS,), "float64"),
        "rates": ((1,), "float64"),
        "curves": ((CURVES, points), "float64"),
    }
    if slots:
        shapes["slots"] = (slots, size), dtype
    if counters["signal_row"]:
        shapes["sums"] = (counters["signal_row"], dense, SUMS), "float64"
    if counters["phase"] == layout.STEP:
        shapes["running"] = (PARTIAL_SUMS,), "float64"
        shapes["running_penalty"] = (1,), "float64"
    if counters["accumulated"]:
        shapes["gradient"] = (size,), dtype
    return shapes


def take(task, state, network, place):
    """Counters (a dict of int) and arrays (a dict) of a training that stands between two steps.

    Parameters
    ----------
    task : Task
    state, network : records
        Of the training.
    place : callable
        `place(name, shape)` is where an array stands, or a copy of it.
    """
    counters = {name: int(state[name]) for name in COUNTERS}
    counters |= {name: int(network[name]) for name in ENDS}
    shapes = shapes_of(task, counters)
    arrays = {name: place(name, shape) for name, (shape, _) in shapes.items()}
    arrays["curves"] = arrays["curves"].copy()
    arrays["curves"][_unwritten(task)] = np.nan
    return counters, arrays


def _unwritten(task):
    """Curves without a point: what was in the memory before."""
    here, there = [layout.LOSS, layout.ACCURACY], [layout.TEST_LOSS, layout.TEST_ACCURACY]
    if not task.evaluate_every:
        return here + there
    return here * (task.evaluated == "test") + there * (len(task.test_inputs) == 0)


def put(task, counters, saved, state, network):
    """Check a checkpoint, and write its counters into records.

    Raises
    ------
    FastdenseError
        Counters or arrays that no training of this task can have.
    """
    whole = isinstance(counters, dict) and all(type(n) is int for n in counters.values())
    if not whole or set(counters) != {*COUNTERS, *ENDS}:
        raise FastdenseError("the checkpoint's counters are not those of a training")
    _check(task, counters)
    shapes = shapes_of(task, counters)
    if shapes != {name: (array.shape, str(array.dtype)) for name, array in saved.items()}:
        raise FastdenseError("the checkpoint holds other arrays than this training has")
    for record, names in ((state, COUNTERS), (network, ENDS)):
        for name in names:
            record[name] = counters[name]
    if state["phase"] != layout.STEP:
        state["position"] = 0


def order_of(task, epoch):
    """The samples that the epoch after so many visits."""
    if task.order.size:
        return task.order[epoch % len(task.order)]
    if task.recipe.shuffle:
        return streams.permutation(task.recipe.seed, epoch + 1, task.visits)
    return np.arange(task.visits)


def check_state(slots, powers, expected):
    """Check the shapes of an optimizer's state, given those that are expected."""
    for given, shape in zip((slots, powers), expected, strict=True):
        if np.shape(given) != shape:
            raise FastdenseError(
                f"the state of an optimizer has an array of shape {np.shape(given)}; expected "
                f"{shape}: that of the same network and optimizer"
            )


def _check(task, counters):
    phase, epoch, position = (counters[name] for name in ("phase", "epoch", "position"))
    phases = {
        layout.SHUFFLE: 0,
        layout.STEP: task.visits - 1,
        layout.DONE: max(task.visits, len(task.inputs), len(task.test_inputs)),
    }
    if phase not in phases:
        raise FastdenseError(f"the checkpoint says phase {phase}; no training is left in that")
    large = np.iinfo(np.int64).max
    # All is measured that was due after so many epochs; but for the signals, where the loss ended.
    row, signal_row = (_points(epoch, every) for every in (task.evaluate_every, task.observe_every))
    bounds = {
        "epoch": (0, task.recipe.epochs - (phase != layout.DONE)),
        "position": (0, phases[phase]),
        "accumulated": (0, task.recipe.gradient_accumulation_steps - 1),
        "step": (0, large),
        "summed": (0, 1),
        "row": (min(row, task.evaluations), min(row, task.evaluations)),
        "signal_row": (0, min(signal_row, task.observations)),
        "ended": (0, 1),
        "rows": (0, task.evaluations),
        "signal_rows": (0, task.observations),
        "steps": (0, large),
    }
    if phase == layout.DONE and epoch == task.recipe.epochs:
        bounds["row"] = task.evaluations, task.evaluations
        bounds["signal_row"] = 0, task.observations
    for name, (low, high) in bounds.items():
        if not low <= counters[name] <= high:
            raise FastdenseError(
                f"the checkpoint says {name} {counters[name]}; this training has {low} to {high}"
            )


def _points(epoch, every):
    """Points of a curve from before the first epoch on."""
    return 1 + epoch // every if every else 0
