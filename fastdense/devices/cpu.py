"""The compiled device: arranges arrays for the training loop and calls it in short pieces."""

import time
from typing import NamedTuple

import numpy as np

from fastdense import catalogue
from fastdense.devices.pace import Pace
from fastdense.devices.threads import call_together, cores, pause_address
from fastdense.kernels import layout
from fastdense.kernels.layout import JOB, LAYER, PLAN, STATE, padded, row_stride
from fastdense.kernels.roles import kernel, program
from fastdense.network import Dense

SMALL_NETWORK = 1 << 16  # parameters that the second-level cache holds beside the activations
CHUNK_PRODUCTS = 1_100_000_000  # parameters times samples, less than 50 ms
SHARED_PRODUCTS = 200_000  # parameters times samples, from which it is tried to share a step
LEAST_COLUMNS = 32  # of a chunk that a member does by itself
CHUNKS_EACH = 4  # of a member, before their gradient is taken
CACHE_LINE = 64  # bytes
BLOCK_NUMBERS = 32768  # of a gradient, that the cache holds beside parameters and slots
SPARE = 64  # numbers behind an array that a vector may read over
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


def arrange(network, dtype, block_numbers=BLOCK_NUMBERS):
    """The layer records of a network and where its rows stand in an arena.

    A unit of work of the gradient has about `block_numbers` numbers, but whole tiles.

    Returns
    -------
    layers : record array (layers,)
    places : dict
        First row of "target", "delta" and "other_delta", the number of "rows" in all, "turned"
        numbers for the transposed deltas of one sample, "blocks" of the gradient.
    """
    layers = np.zeros(len(network.layers), LAYER)
    width, row, weights, unit, turned, block = network.inputs, 0, 0, 0, 0, 0
    input_row, row = row, row + width + 1  # each input ends in a row of ones for the bias
    needs_gradient = False
    widest = network.outputs
    for index, layer in enumerate(network.layers):
        record = layers[index]
        record["index"] = index
        record["input_row"] = input_row
        record["n_in"] = width
        record["needs_input_gradient"] = needs_gradient
        record["first_block"] = block
        if isinstance(layer, Dense):
            if needs_gradient:
                widest = max(widest, width)
            fan_in, width = width, layer.units
            record["kind"] = layout.DENSE
            record["weights"] = weights
            record["unit"] = unit
            record["turned"] = turned
            record["turned_stride"] = row_stride(width) if width > 1 else 1
            record["block_rows"] = rows = max(block_numbers // width // 8 * 8, 8)
            turned += record["turned_stride"]
            weights += (fan_in + 1) * width
            unit += width
            block += -(-(fan_in + 1) // rows)
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
        widest = max(widest, width)
        record["slope_row"], row = row, row + width
        input_row = row
        record["output_row"], row = row, row + width + 1
    places = {"target": row, "delta": row + network.outputs, "turned": turned, "blocks": block}
    places["other_delta"] = places["delta"] + widest
    places["rows"] = places["other_delta"] + widest
    return layers, places


def chunk_columns(samples, rows, parameters):
    """How many samples stand side by side: all, up to what the caches hold well.

    A chunk's activations should stay in the cache; but each chunk reads all weights once, so where
    they do not fit there, chunks are longer. None may take longer than a piece of training.
    """
    if samples == 1:
        return 1
    least = 128 if parameters <= SMALL_NETWORK else 512
    most = min(max(ARENA_NUMBERS // rows, least), 1024)
    in_time = max(CHUNK_PRODUCTS // parameters, 1)
    return min(padded(samples), padded(min(most, in_time)))


def stride_of(columns):
    """Numbers from one row of a chunk to the next; a single sample stands in one line."""
    return 1 if columns == 1 else row_stride(columns)


def arena_size(places, columns):
    """Numbers of the arena of one chunk: rows, transposed deltas, and a vector to read over."""
    return padded(places["rows"] * stride_of(columns) + places["turned"] * columns + 64)


def aligned(count, dtype):
    """Zeros that begin on a cache line: vectors across two lines cost a step a fifth more."""
    dtype = np.dtype(dtype)
    size = count * dtype.itemsize
    raw = np.zeros(size + CACHE_LINE, np.uint8)
    first = -raw.ctypes.data % CACHE_LINE
    return raw[first : first + size].view(dtype)


class _Way(NamedTuple):
    """A way to share the work of a step."""

    members: int
    columns: int  # of a chunk
    chunks: int  # before their gradient is taken
    blocks: int  # of the gradient
    update_by_block: bool
    layers: np.ndarray  # with the blocks of each layer


class Session:
    """One training under way: its whole state in arrays, advanced piece by piece."""

    def __init__(self, task, threads=None):
        network, recipe = task.network, task.recipe
        dtype = np.dtype(recipe.dtype)
        loss = catalogue.get("losses", recipe.loss.name)
        optimizer = catalogue.get("optimizers", recipe.optimizer.name)
        hyper = recipe.optimizer.values("optimizers")
        count = network.size
        members = cores() if threads is None else threads
        layers, places = arrange(network, recipe.dtype)
        columns = chunk_columns(task.batch, places["rows"], count)
        block = chunk_columns(max(len(task.inputs), 2), places["rows"], count)
        by_block = count > SMALL_NETWORK and recipe.clip_norm == 0.0
        self._ways = [_Way(1, columns, 1, places["blocks"], by_block, layers)]
        if members > 1 and task.batch * count >= SHARED_PRODUCTS:
            # As many chunks for each, and of the same length.
            rounds = -(-task.batch // (columns * members))
            each = max(padded(-(-task.batch // (rounds * members))), LEAST_COLUMNS)
            in_time = max(members * CHUNK_PRODUCTS // (count * each), members)
            chunks = min(-(-task.batch // each), CHUNKS_EACH * members, in_time)
            # Each member should find some units of the gradient to do.
            numbers = min(BLOCK_NUMBERS, count // (8 * members))
            shared, places = arrange(network, recipe.dtype, numbers)
            by_block = recipe.clip_norm == 0.0
            self._ways.append(_Way(members, each, chunks, places["blocks"], by_block, shared))
        members = max(way.members for way in self._ways)
        chunks = max(way.chunks for way in self._ways)
        slots = [hyper[s] if isinstance(s, str) else s for s in optimizer.slots]
        apart = padded(count)

        plan = np.zeros(1, PLAN)
        fields = plan[0]
        fields["seed"] = recipe.seed
        fields["samples"] = len(task.inputs)
        fields["test_samples"] = len(task.test_inputs)
        fields["weighted"] = task.weights.size > 0
        fields["order_rows"] = len(task.order)
        fields["visits"] = task.visits
        fields["shuffle"] = recipe.shuffle
        fields["batch"] = task.batch
        fields["epochs"] = recipe.epochs
        fields["evaluate_every"] = task.evaluate_every
        fields["observe_every"] = task.observe_every
        fields["block"] = block
        fields["block_stride"] = stride_of(block)
        fields["rows"] = places["rows"]
        fields["arena"] = max(arena_size(places, columns), arena_size(places, block))
        fields["scratch"] = layout.PACKED
        fields["target_row"] = places["target"]
        fields["delta_row"] = places["delta"]
        fields["other_delta_row"] = places["other_delta"]
        fields["outputs"] = network.outputs
        fields["units"] = sum(layer.units for _, layer in network.dense)
        fields["depth"] = len(layers)
        fields["dense_layers"] = len(network.dense)
        fields["labels"] = loss.targets == "label"
        fields["slope_factor"] = 1.0 if loss.coupled else 1.0 / network.outputs
        fields["accuracy"] = ACCURACIES[loss.accuracy(network.outputs)]
        fields["parameters"] = count
        fields["slots"] = len(slots)
        fields["apart"] = apart
        fields["work"] = kernel("work", None, recipe.dtype)
        fields["loss"] = kernel("loss", loss.name, recipe.dtype)
        fields["advance"] = kernel("advance", optimizer.name, recipe.dtype)
        fields["optimizer"] = kernel("optimizer", optimizer.name, recipe.dtype)
        fields["schedule"] = kernel("schedule", recipe.schedule.name, recipe.dtype)
        fields["pause"] = pause_address()
        for name in ("learning_rate", "l1", "l2", "clip_value", "clip_norm"):
            fields[name] = getattr(recipe, name)

        state = np.zeros(1, STATE)
        state[0]["phase"] = layout.EVALUATE
        evaluations = recipe.epochs // task.evaluate_every + 1
        evaluations += recipe.epochs % task.evaluate_every > 0
        fields["evaluations"] = evaluations
        observations = 0
        if task.observe_every:
            observations = recipe.epochs // task.observe_every + 1
            observations += recipe.epochs % task.observe_every > 0

        numbers = aligned(apart * (1 + len(slots)) + SPARE, dtype)
        numbers[:count] = task.parameters
        for slot, initial in enumerate(slots, 1):
            numbers[slot * apart : slot * apart + count] = initial
        side = chunks * max(columns, block)

        self.state = state
        self.parameters = numbers[:count]
        self.curves = np.full((layout.CURVES, evaluations), np.nan)
        self.signals = np.full((observations, len(network.dense), layout.SIGNALS), np.nan)
        self._run = program("train", recipe.dtype)
        self.arrays = {
            "plan": plan,
            "state": state,
            "job": np.zeros(1, JOB),
            "layers": layers.copy(),
            "parameters": numbers,
            "gradient": aligned(count + SPARE, dtype),
            "scalars": np.zeros(16),
            "arena": aligned(chunks * fields["arena"], dtype),
            "scratch": aligned(members * fields["scratch"], dtype),
            "inputs": task.inputs,
            "targets": task.targets,
            "weights": task.weights,
            "test_inputs": task.test_inputs,
            "test_targets": task.test_targets,
            "predictions": np.zeros(1, dtype),
            "order": np.arange(max(task.visits, len(task.inputs))),
            "losses": np.zeros(side),
            "sample_weights": np.zeros(side),
            "correct": np.zeros(chunks, np.int64),
            "loss_hyper": _numbers(recipe.loss.values("losses"), dtype),
            "optimizer_hyper": _numbers(hyper, np.float64),
            "powers": np.ones(2),
            "sizes": np.zeros(len(layers) * layout.PARTIAL_SUMS),
            # What only the loop needs.
            "given": task.order,
            "schedule_hyper": _numbers(recipe.schedule.values("schedules"), np.float64),
            "curves": self.curves,
            "signals": self.signals,
            "running": np.zeros(layout.PARTIAL_SUMS),
            "partial": np.zeros(layout.PARTIAL_SUMS),
            "previous": np.zeros(count if observations else 1, dtype),
            "updates": np.full(len(layers), np.nan),
            "alive": np.zeros(fields["units"], np.uint8),
            "slopes": np.zeros(len(layers) * layout.PARTIAL_SUMS),
            "team": np.zeros(layout.TEAM, np.int64),
        }
        self._addresses = addresses(self.arrays.values())
        self._pace = Pace(len(self._ways))
        self._task = task

    @property
    def done(self):
        return self.state[0]["phase"] == layout.DONE

    @property
    def epoch(self):
        """Epochs completed."""
        return int(self.state[0]["epoch"])

    def advance(self, budget=None, way=None):
        """Go on for one piece; its size and way follow the clock unless they are given."""
        chosen, piece = self._pace.choose()
        way = chosen if way is None else way
        budget = piece if budget is None else budget
        self._go(way)
        before = int(self.state[0]["effort"])
        started = time.perf_counter()
        members = self._ways[way].members
        if members == 1:
            self._run(*self._addresses, 0, budget)
        else:
            call_together(self._run, self._addresses, self.arrays["team"], members, budget)
        seconds = time.perf_counter() - started
        self._pace.note(way, int(self.state[0]["effort"]) - before, seconds)

    def _go(self, number):
        # Between two pieces nothing depends on how a batch is cut into chunks, and by whom.
        way, plan = self._ways[number], self.arrays["plan"][0]
        self.arrays["layers"][:] = way.layers
        plan["members"] = way.members
        plan["columns"] = way.columns
        plan["stride"] = stride_of(way.columns)
        plan["chunks"] = way.chunks
        plan["blocks"] = way.blocks
        plan["update_by_block"] = way.update_by_block

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


def train(task, on_progress=None, threads=None):
    """Train one network to the end; see `fastdense.training.train`."""
    session = Session(task, threads)
    while not session.done:
        session.advance()
        if on_progress is not None:
            on_progress(session.epoch)
    return session.result()


def predict(network, parameters, inputs):
    """Outputs (n, outputs) of inputs (n, features), in the dtype of the parameters."""
    dtype = str(parameters.dtype)
    layers, places = arrange(network, dtype)
    columns = chunk_columns(len(inputs), places["rows"], network.size)
    outputs = np.empty((len(inputs), network.outputs), dtype)
    numbers = aligned(network.size + SPARE, dtype)
    numbers[: network.size] = parameters
    plan = np.zeros(1, PLAN)
    fields = plan[0]
    fields["rows"] = places["rows"]
    fields["depth"] = len(layers)
    fields["arena"] = arena_size(places, columns)
    job = np.zeros(1, JOB)
    fields = job[0]
    fields["purpose"] = layout.PREDICTING
    fields["samples"] = len(inputs)
    fields["columns"] = columns
    fields["stride"] = stride_of(columns)
    fields["own_arena"] = True
    arguments = dict.fromkeys(layout.WORK, plan)  # what a prediction does not use
    arguments |= {
        "job": job,
        "layers": layers,
        "parameters": numbers,
        "arena": aligned(plan[0]["arena"], dtype),
        "scratch": aligned(layout.PACKED, dtype),
        "inputs": np.ascontiguousarray(inputs, dtype),
        "predictions": outputs,
    }
    chunks = -(-len(inputs) // columns)
    program("work", dtype)(*addresses(arguments.values()), 0, 0, chunks)
    return outputs
