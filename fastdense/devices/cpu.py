"""The compiled device: arranges arrays for the training loop and calls it in short pieces."""

import time

import numpy as np

from fastdense import catalogue
from fastdense.kernels import layout
from fastdense.kernels.layout import LAYER, PLAN, STATE, padded, row_stride
from fastdense.kernels.roles import kernel, program
from fastdense.network import Dense

PIECE_SECONDS = 0.03  # aimed at; a call must return within 50 ms
SMALL_NETWORK = 1 << 16  # parameters that the second-level cache holds beside the activations
CHUNK_PRODUCTS = 800_000_000  # parameters times samples, about 30 ms
ARENA_NUMBERS = 65536  # what a chunk of activations may hold before it is cut, in numbers
ACCURACIES = {
    None: layout.NO_ACCURACY,
    "probability": layout.PROBABILITY,
    "logit": layout.LOGIT,
    "largest": layout.LARGEST,
}


def addresses(arguments):
    """Arrays as their addresses, integers as they are."""
    return [a.ctypes.data if isinstance(a, np.ndarray) else int(a) for a in arguments]


def arrange(network, dtype):
    """The layer records of a network and where its rows stand in an arena.

    Returns
    -------
    layers : record array (layers,)
    rows : dict
        First row of "target", "delta" and "other_delta", and the number of rows in "all".
    """
    layers = np.zeros(len(network.layers), LAYER)
    width, row, weights, unit = network.inputs, 0, 0, 0
    input_row, row = row, row + width + 1  # each input ends in a row of ones for the bias
    needs_gradient = False
    widest = network.outputs
    for index, layer in enumerate(network.layers):
        record = layers[index]
        record["index"] = index
        record["input_row"] = input_row
        record["n_in"] = width
        record["needs_input_gradient"] = needs_gradient
        if isinstance(layer, Dense):
            if needs_gradient:
                widest = max(widest, width)
            width = layer.units
            record["kind"] = layout.DENSE
            record["weights"] = weights
            record["unit"] = unit
            weights += (record["n_in"] + 1) * width
            unit += width
            entry = catalogue.get("activations", layer.activation)
            if entry.coupled:
                record["activate"] = kernel("coupled_forward", entry.name, dtype)
                record["differentiate"] = kernel("coupled_backward", entry.name, dtype)
            else:
                record["activate"] = kernel("activation", entry.name, dtype)
            needs_gradient = True
        else:
            record["kind"] = layout.DROPOUT
            record["keep_above"] = round(layer.rate * 2**32)
            record["keep_scale"] = 1.0 / (1.0 - layer.rate)
            if needs_gradient:
                widest = max(widest, width)
        record["n_out"] = width
        record["padded_out"] = row_stride(width)
        widest = max(widest, width)
        record["slope_row"], row = row, row + width
        input_row = row
        record["output_row"], row = row, row + width + 1
    rows = {"target": row, "delta": row + network.outputs}
    rows["other_delta"] = rows["delta"] + widest
    rows["all"] = rows["other_delta"] + widest
    return layers, rows


def chunk_columns(samples, rows, parameters):
    """How many samples stand side by side: all, up to what the caches hold well.

    A chunk's activations should stay in the cache; but each chunk reads all weights once, so where
    they do not fit there, chunks are longer. None may take longer than a piece of training.
    """
    least = 128 if parameters <= SMALL_NETWORK else 512
    most = min(max(ARENA_NUMBERS // rows, least), 1024)
    in_time = max(CHUNK_PRODUCTS // parameters, 1)
    return min(padded(samples), padded(min(most, in_time)))


def scratch_size(network, columns):
    """Numbers for the transposed delta of `columns` samples, or for packed weights."""
    widest = max(row_stride(layer.units) for _, layer in network.dense)
    largest = max(fan_in * layer.units for fan_in, layer in network.dense)
    return max(columns * widest, layout.PACKED if largest >= layout.PACK_FROM else 0)


class Session:
    """One training under way: its whole state in arrays, advanced piece by piece."""

    def __init__(self, task):
        network, recipe = task.network, task.recipe
        dtype = np.dtype(recipe.dtype)
        loss = catalogue.get("losses", recipe.loss.name)
        optimizer = catalogue.get("optimizers", recipe.optimizer.name)
        hyper = recipe.optimizer.values("optimizers")
        layers, rows = arrange(network, recipe.dtype)
        count = network.size

        plan = np.zeros(1, PLAN)
        fields = plan[0]
        fields["seed"] = recipe.seed
        fields["samples"] = len(task.inputs)
        fields["test_samples"] = len(task.test_inputs)
        fields["order_rows"] = len(task.order)
        fields["visits"] = task.visits
        fields["shuffle"] = recipe.shuffle
        fields["batch"] = task.batch
        fields["epochs"] = recipe.epochs
        fields["evaluate_every"] = task.evaluate_every
        fields["observe_every"] = task.observe_every
        fields["columns"] = columns = chunk_columns(task.batch, rows["all"], count)
        fields["block"] = block = chunk_columns(len(task.inputs), rows["all"], count)
        fields["stride"] = row_stride(columns)
        fields["block_stride"] = row_stride(block)
        fields["target_row"] = rows["target"]
        fields["delta_row"] = rows["delta"]
        fields["other_delta_row"] = rows["other_delta"]
        fields["outputs"] = network.outputs
        fields["units"] = sum(layer.units for _, layer in network.dense)
        fields["dense_layers"] = len(network.dense)
        fields["labels"] = loss.targets == "label"
        fields["slope_factor"] = 1.0 if loss.coupled else 1.0 / network.outputs
        fields["accuracy"] = ACCURACIES[loss.accuracy(network.outputs)]
        fields["parameters"] = count
        fields["forward"] = kernel("forward", None, recipe.dtype)
        fields["backward"] = kernel("backward", None, recipe.dtype)
        fields["loss"] = kernel("loss", loss.name, recipe.dtype)
        fields["optimizer"] = kernel("optimizer", optimizer.name, recipe.dtype)
        fields["schedule"] = kernel("schedule", recipe.schedule.name, recipe.dtype)
        for name in ("learning_rate", "l1", "l2", "clip_value", "clip_norm"):
            fields[name] = getattr(recipe, name)
        fields["chunk_cost"] = 3 * count * columns + 8 * count + 1000
        fields["block_cost"] = count * block + 1000

        state = np.zeros(1, STATE)
        state[0]["phase"] = layout.EVALUATE
        evaluations = recipe.epochs // task.evaluate_every + 1
        evaluations += recipe.epochs % task.evaluate_every > 0
        fields["evaluations"] = evaluations
        observations = 0
        if task.observe_every:
            observations = recipe.epochs // task.observe_every + 1
            observations += recipe.epochs % task.observe_every > 0
        slots = [hyper[s] if isinstance(s, str) else s for s in optimizer.slots]
        side = max(columns, block)

        self.state = state
        self.parameters = task.parameters.copy()
        self.curves = np.full((layout.CURVES, evaluations), np.nan)
        self.signals = np.full((observations, len(network.dense), layout.SIGNALS), np.nan)
        self._run = program("train", recipe.dtype)
        self._arguments = (
            plan,
            state,
            layers,
            self.parameters,
            np.zeros(count, dtype),  # gradient
            np.repeat(np.array(slots or [0.0], dtype), count if slots else 1),
            np.ones(2),  # running products of the optimizer
            np.zeros(16),  # scalars of its step
            np.zeros(rows["all"] * row_stride(side), dtype),
            np.zeros(scratch_size(network, side), dtype),
            task.inputs,
            task.targets,
            task.weights,
            task.test_inputs,
            task.test_targets,
            task.order,
            np.arange(max(task.visits, len(task.inputs))),
            np.zeros(side),  # loss of each sample
            np.zeros(side),  # weight of each sample
            _numbers(recipe.loss.values("losses"), dtype),
            _numbers(hyper, np.float64),
            _numbers(recipe.schedule.values("schedules"), np.float64),
            self.curves,
            self.signals,
            np.zeros(2 * layout.PARTIAL_SUMS),
            np.zeros(count if observations else 1, dtype),  # parameters before the update
            np.full(len(layers), np.nan),  # update ratios
            np.zeros(fields["units"], np.uint8),
            np.zeros(2 * len(layers) * layout.PARTIAL_SUMS),
        )
        self._addresses = addresses([*self._arguments, len(layers), task.weights.size > 0])
        self._budget = 1_000_000
        self._task = task

    @property
    def done(self):
        return self.state[0]["phase"] == layout.DONE

    @property
    def epoch(self):
        """Epochs completed."""
        return int(self.state[0]["epoch"])

    def advance(self, budget=None):
        """Go on for one piece; its size follows the clock unless a budget is given."""
        started = time.perf_counter()
        self._run(*self._addresses, self._budget if budget is None else budget)
        elapsed = time.perf_counter() - started
        growth = PIECE_SECONDS / max(elapsed, 1e-9)
        self._budget = max(int(self._budget * min(growth, 4.0)), 1)

    def result(self):
        """What `Run` takes besides the task."""
        task, state = self._task, self.state[0]
        rows, observed = int(state["row"]), int(state["signal_row"])
        epochs = task.recipe.epochs
        loss, accuracy, test_loss, test_accuracy, running = self.curves[:, :rows]
        kind = catalogue.get("losses", task.recipe.loss.name).accuracy(task.network.outputs)
        if kind is None:
            accuracy = test_accuracy = None
        elif kind != "largest":  # right or wrong output by output
            accuracy = accuracy / task.network.outputs
            test_accuracy = test_accuracy / task.network.outputs
        tested = len(task.test_inputs) > 0
        signals = self.signals[:observed]
        return {
            "parameters": self.parameters,
            "epochs": np.minimum(np.arange(rows) * task.evaluate_every, epochs),
            "loss": loss,
            "running_loss": running,
            "accuracy": accuracy,
            "test_loss": test_loss if tested else None,
            "test_accuracy": test_accuracy if tested else None,
            "observed_epochs": np.minimum(np.arange(observed) * task.observe_every, epochs),
            "gradient_norm": signals[:, :, layout.GRADIENT_NORM],
            "parameter_norm": signals[:, :, layout.PARAMETER_NORM],
            "update_ratio": signals[:, :, layout.UPDATE_RATIO],
            "dead_share": signals[:, :, layout.DEAD_SHARE],
            "mean_slope": signals[:, :, layout.MEAN_SLOPE],
            "mean_preactivation": signals[:, :, layout.MEAN_PREACTIVATION],
            "steps": int(state["step"]),
        }


def _numbers(hyper, dtype):
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite in it
        return np.array([float(v) for v in hyper.values()] or [0.0], dtype)


def train(task, on_progress=None):
    """Train one network to the end; see `fastdense.training.train`."""
    session = Session(task)
    while not session.done:
        session.advance()
        if on_progress is not None:
            on_progress(session.epoch)
    return session.result()


def predict(network, parameters, inputs):
    """Outputs (n, outputs) of inputs (n, features), in the dtype of the parameters."""
    dtype = str(parameters.dtype)
    layers, rows = arrange(network, dtype)
    block = chunk_columns(len(inputs), rows["all"], network.size)
    stride = row_stride(block)
    outputs = np.empty((len(inputs), network.outputs), dtype)
    arguments = [
        kernel("forward", None, dtype),
        layers,
        len(layers),
        parameters,
        np.zeros(rows["all"] * stride, dtype),
        np.zeros(scratch_size(network, 0) or 1, dtype),
        block,
        stride,
        np.ascontiguousarray(inputs, dtype),
        len(inputs),
        outputs,
        np.zeros(1, np.int64),
        np.zeros(1),
    ]
    program("predict", dtype)(*addresses(arguments))
    return outputs
