"""The results of a training: as arrays with a row for each of its networks, and those of one."""

from math import prod

import numpy as np

from fastdense import catalogue
from fastdense.arrays.buffers import buffer
from fastdense.arrays.chunks import blocks
from fastdense.entry import Counts, Sums
from fastdense.kernels import layout

SHARED = "epochs", "observed_epochs"  # the same for all networks
LENGTHS = "rows", "observed"  # of the curves and signals of each
FEW = 1 << 16  # parameters, which may stand in one block with other arrays, and are soon copied


def results_of(task, arrays, count, final=True):
    """What is known of the first `count` networks, as arrays, which are free if it is not `final`.

    Returns
    -------
    dict
        What `Run` takes besides the task, each array with a row for every network, but for
        "epochs" and "observed_epochs", which are those of the networks that went on longest; the
        curves and signals of others go on as NaN after their "rows" and "observed", (count,).
        "signals" are arrays by name.
    """
    state, networks = arrays["state"][0], arrays["networks"]
    lanes, size, epochs = len(networks), task.network.size, task.recipe.epochs
    networks = networks[:count]
    ended = networks["ended"] != 0
    some_ended = np.count_nonzero(ended) > 0

    def reached(of_network, of_all):
        if some_ended:
            return np.where(ended, networks[of_network], state[of_all])
        return np.full(count, state[of_all])

    rows = reached("rows", "row")
    observed = reached("signal_rows", "signal_row")
    steps = reached("steps", "step")
    evaluated = _points(rows, task.evaluate_every, epochs)
    if not task.evaluate_every:  # all there is to tell is the last epoch's running loss
        rows, evaluated = np.ones_like(rows), np.array([int(state["epoch"])])
    observed_epochs = _points(observed, task.observe_every, epochs)
    parameters = arrays["parameters"][: size * lanes].reshape(size, lanes)[:, :count].T
    # A large network's alone and without slots are all that their array holds.
    if not final or lanes > 1 or arrays["plan"][0]["slots"] or size <= FEW:
        own = buffer(count * size, parameters.dtype).reshape(count, size)
        own[:] = parameters
        parameters = own
    for block in blocks(size, count):
        _usual_nan(parameters[:, block])
    sums = arrays["sums"][: len(observed_epochs), :, :, :count].transpose(2, 3, 0, 1).copy()
    if some_ended:
        sums[:, np.arange(len(observed_epochs)) >= observed[:, np.newaxis]] = np.nan

    def curve(place, known=True):
        if not known:
            return None
        values = arrays["curves"][place, : len(evaluated), :count].T.copy()
        _usual_nan(values)
        if some_ended:
            values[np.arange(len(evaluated)) >= rows[:, np.newaxis]] = np.nan
        return values

    known = task.evaluate_every > 0
    tested = known and len(task.test_inputs) > 0
    accuracy = curve(
        layout.ACCURACY, known and task.evaluated == "all" and task.accuracy is not None
    )
    test_accuracy = curve(layout.TEST_ACCURACY, tested and task.accuracy is not None)
    if task.accuracy != "largest":  # right or wrong output by output
        for values in (accuracy, test_accuracy):
            if values is not None:
                values /= task.network.outputs
    return {
        "parameters": parameters,
        "epochs": evaluated,
        "loss": curve(layout.LOSS, known and task.evaluated == "all"),
        "running_loss": curve(layout.RUNNING_LOSS),
        "accuracy": accuracy,
        "test_loss": curve(layout.TEST_LOSS, tested),
        "test_accuracy": test_accuracy,
        "observed_epochs": observed_epochs,
        "signals": signals_of(task, sums),
        "steps": steps,
        "rows": rows,
        "observed": observed,
    }


def _points(counts, every, epochs):
    """After how many epochs something was measured, for the largest of some counts."""
    return np.minimum(np.arange(max(counts.tolist())) * every, epochs)


def _usual_nan(values):
    """Of NaN the processor may choose sign and bits."""
    places = np.isnan(values)
    if np.count_nonzero(places):
        values[places] = np.nan


def signals_of(task, sums):
    """Signals by name, (networks, observations, dense layers), from (SUMS, ...) of such arrays."""
    dense = task.network.dense
    if not sums.shape[2]:
        return dict.fromkeys(catalogue.names("signals"), np.zeros((sums.shape[1], 0, len(dense))))
    units = np.array([layer.units for _, layer in dense])
    outputs = np.array(
        [prod(layer.outputs(inputs)) for inputs, layer in task.network.sized if layer.activation]
    )
    sizes = np.array([(fan_in + 1) * layer.units for fan_in, layer in dense])
    taken, counts = Sums(*sums), Counts(task.rows, units, outputs, sizes)
    with np.errstate(all="ignore"):  # of parameters that diverge, or that are zero and stay so
        return {
            name: catalogue.get("signals", name).of(taken, counts)
            for name in catalogue.names("signals")
        }


def alone(results):
    """What `Run` takes besides the task, of a network that is the only one."""
    result = {
        name: values if values is None or name in SHARED else values[0]
        for name, values in results.items()
        if name not in (*LENGTHS, "signals")
    }
    signals = {name: values[0] for name, values in results["signals"].items()}
    return result | {"signals": signals, "steps": int(result["steps"])}


def latest_of(task, arrays):
    """The last points of the curves and signals of the only network of a training.

    Returns
    -------
    dict
        "epoch", and by name the points of the curves that are measured; "observed_epoch", and
        "signals", (dense layers,) by name. What was never measured is not there.
    """
    state, latest = arrays["state"][0], {}
    row, observed, epochs = int(state["row"]) - 1, int(state["signal_row"]) - 1, task.recipe.epochs
    if row >= 0:
        latest["epoch"] = min(row * task.evaluate_every, epochs)
        points = arrays["curves"][:, row, 0].tolist()
        each = 1 if task.accuracy == "largest" else task.network.outputs
        latest["running_loss"] = points[layout.RUNNING_LOSS]
        if task.evaluated == "all":
            latest["loss"] = points[layout.LOSS]
        if task.evaluated == "all" and task.accuracy is not None:
            latest["accuracy"] = points[layout.ACCURACY] / each
        if len(task.test_inputs):
            latest["test_loss"] = points[layout.TEST_LOSS]
            if task.accuracy is not None:
                latest["test_accuracy"] = points[layout.TEST_ACCURACY] / each
    if observed >= 0:
        latest["observed_epoch"] = min(observed * task.observe_every, epochs)
        sums = arrays["sums"][observed : observed + 1, :, :, :1].transpose(2, 3, 0, 1)
        found = signals_of(task, sums)
        latest["signals"] = {name: values[0, 0] for name, values in found.items()}
    return latest
