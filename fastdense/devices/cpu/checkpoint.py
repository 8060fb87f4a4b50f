"""The state of one network's training as plain arrays, and a training that goes on from it.

What follows from the task is not in it: the order of an epoch is a function of seed and epoch, and
the arena is filled anew by the next step. So a checkpoint is always taken between two steps, and
holds no address.
"""

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.kernels import layout
from fastdense.kernels.layout import CURVES, SUMS
from fastdense.numerics import streams

COUNTERS = ("phase", "epoch", "position", "done", "accumulated", "step", "summed", "row",
            "signal_row", "effort")  # fmt: skip
# Arrays of an epoch, an evaluation or an observation that is half done.
ON_THE_WAY = ("hits", "running", "running_penalty", "partial", "sizes", "updates", "alive",
              "slopes")  # fmt: skip
ENDS = "ended", "rows", "signal_rows", "steps"  # of a network whose loss is not finite any more


def shapes_of(session, counters):
    """The arrays that a checkpoint with these counters has: name to (shape, dtype).

    Raises
    ------
    FastdenseError
        Counters that no training of this task can have.
    """
    _check(session, counters)
    task, arrays = session.task, session.arrays
    size, dense = task.network.size, len(task.network.dense)
    plan = arrays["plan"][0]
    dtype = task.recipe.dtype
    points = min(counters["row"] + 1, int(plan["evaluations"]))
    shapes = {
        "parameters": ((size,), dtype),
        "powers": ((layout.POWERS,), "float64"),
        "curves": ((CURVES, points), "float64"),
    }
    if plan["slots"]:
        shapes["slots"] = (int(plan["slots"]), size), dtype
    if counters["signal_row"]:
        shapes["sums"] = (counters["signal_row"], dense, SUMS), "float64"
    if not _between_epochs(counters):
        for name in ON_THE_WAY:
            shapes[name] = arrays[name].shape, str(arrays[name].dtype)
        if task.observations:
            shapes["previous"] = (size,), dtype
    if not _between_epochs(counters) or counters["accumulated"]:
        shapes["gradient"] = (size,), dtype
    return shapes


def take(session):
    """Counters (a dict of int) and arrays (a dict) of a training, after the step that is under way.

    The arrays are those of the training where they can be; write them before it goes on.
    """
    session.finish_step()
    state, network = session.state[0], session.arrays["networks"][0]
    counters = {name: int(state[name]) for name in COUNTERS}
    counters |= {name: int(network[name]) for name in ENDS}
    return counters, {
        name: _place(session, name, shape)
        for name, (shape, _) in shapes_of(session, counters).items()
    }


def put(session, counters, saved):
    """Let a training that has just begun go on from a checkpoint.

    Raises
    ------
    FastdenseError
        Counters or arrays that no training of this task can have.
    """
    whole = isinstance(counters, dict) and all(type(n) is int for n in counters.values())
    if not whole or set(counters) != {*COUNTERS, *ENDS}:
        raise FastdenseError("the checkpoint's counters are not those of a training")
    shapes = shapes_of(session, counters)
    if shapes != {name: (array.shape, str(array.dtype)) for name, array in saved.items()}:
        raise FastdenseError("the checkpoint holds other arrays than this training has")
    for name, (shape, _) in shapes.items():
        _place(session, name, shape)[:] = saved[name]
    state, network = session.state[0], session.arrays["networks"][0]
    for name in COUNTERS:
        state[name] = counters[name]
    for name in ENDS:
        network[name] = counters[name]
    if network["ended"]:
        session.arrays["frozen"][0] = 1
    if state["phase"] == layout.SHUFFLE:
        state["position"] = 0  # its exchanges begin again
    elif state["phase"] == layout.STEP:
        session.arrays["order"][: session.task.visits] = _order(session.task, int(state["epoch"]))


def _order(task, epoch):
    """The samples that the epoch after so many visits."""
    if task.order.size:
        return task.order[epoch % len(task.order)]
    if task.recipe.shuffle:
        return streams.permutation(task.recipe.seed, epoch + 1, task.visits)
    return np.arange(task.visits)


def _place(session, name, shape):
    """Where an array of a checkpoint stands in the training's."""
    arrays = session.arrays
    size = session.task.network.size
    if name in ("parameters", "gradient", "previous"):
        return arrays[name][:size]
    if name == "slots":
        return slots_of(session)
    if name == "curves":
        return arrays[name][:, : shape[1], 0]
    if name == "sums":
        return arrays[name][: shape[0], ..., 0]
    return arrays[name].reshape(shape)


def slots_of(session):
    """The optimizer's slots, (slots, size), where they stand."""
    arrays, plan = session.arrays, session.arrays["plan"][0]
    slots, stride = int(plan["slots"]), int(plan["slot_stride"])
    places = arrays["parameters"][stride : stride * (1 + slots)]
    return places.reshape(slots, stride)[:, : session.task.network.size]


def _between_epochs(counters):
    return counters["phase"] == layout.DONE or (
        counters["phase"] == layout.SHUFFLE and counters["position"] == 0
    )


def _check(session, counters):
    task, plan = session.task, session.arrays["plan"][0]
    phases = {
        layout.SHUFFLE: task.visits,
        layout.STEP: task.visits,
        layout.EVALUATE: len(task.inputs),
        layout.VALIDATE: len(task.test_inputs),
        layout.OBSERVE: len(task.inputs),
        layout.DONE: max(task.visits, len(task.inputs)),
    }
    phase, epoch, position = (counters[name] for name in ("phase", "epoch", "position"))
    most = {
        "epoch": task.recipe.epochs,
        "position": phases.get(phase, 0),
        "done": max(min(task.batch, task.visits - position) - 1, 0) if phase == layout.STEP else 0,
        "accumulated": task.recipe.gradient_accumulation_steps - 1,
        "step": np.iinfo(np.int64).max,
        "effort": np.iinfo(np.int64).max,
        "summed": 1,
        "row": int(plan["evaluations"]),
        "signal_row": task.observations,
        "ended": 1,
        "rows": int(plan["evaluations"]),
        "signal_rows": task.observations,
        "steps": np.iinfo(np.int64).max,
    }
    writes = phase in (layout.EVALUATE, layout.VALIDATE) and counters["row"] == most["row"]
    writes |= phase == layout.OBSERVE and counters["signal_row"] == most["signal_row"]
    under_way = phase == layout.STEP and (epoch == task.recipe.epochs or position == task.visits)
    if phase not in phases:
        raise FastdenseError(f"the checkpoint says phase {phase}; no training has that")
    for name, high in most.items():
        if not 0 <= counters[name] <= high:
            raise FastdenseError(
                f"the checkpoint says {name} {counters[name]}; this training has 0 to {high}"
            )
    if writes or under_way:
        raise FastdenseError("the checkpoint is beyond the end of this training")
