"""One training under way on the compiled device: its whole state in arrays."""

import time
from typing import NamedTuple

import numpy as np

from fastdense import catalogue
from fastdense.devices.arrangement import (
    BLOCK_NUMBERS,
    CHUNK_PRODUCTS,
    SMALL_NETWORK,
    SPARE,
    address,
    aligned,
    arena_size,
    arrange,
    chunk_columns,
    stride_of,
)
from fastdense.devices.pace import Pace
from fastdense.devices.threads import cores, pause_address, share
from fastdense.kernels import layout
from fastdense.kernels.layout import CLAIM, ENDED, JOB, PLAN, STATE, padded
from fastdense.kernels.roles import kernel, program

SHARED_PRODUCTS = 200_000  # parameters times samples, from which it is tried to share a step
LEAST_COLUMNS = 32  # of a chunk that a member does by itself
LEAST_NUMBERS = 4096  # of the gradient that a member should find to do
CHUNKS_EACH = 4  # of a member, before their gradient is taken
ACCURACIES = {
    None: layout.NO_ACCURACY,
    "probability": layout.PROBABILITY,
    "logit": layout.LOGIT,
    "largest": layout.LARGEST,
}


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
        members = min(members, max(task.batch // LEAST_COLUMNS, count // LEAST_NUMBERS))
        layers, places = arrange(network, recipe.dtype)
        columns = chunk_columns(task.batch, places["rows"], count)
        block = chunk_columns(max(len(task.inputs), 2), places["rows"], count)
        plain = not (recipe.l1 or recipe.l2 or recipe.clip_value or recipe.clip_norm)
        online = plain and task.batch == 1
        by_block = (count > SMALL_NETWORK or online) and recipe.clip_norm == 0.0
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
        widest = max(block, *(way.columns for way in self._ways))
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
        fields["arena"] = arena_size(places, widest)
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
        if online:
            fields["online"] = kernel("online", optimizer.name, recipe.dtype)
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
            "losses": aligned(chunks * widest, np.float64),
            "sample_weights": aligned(chunks * widest, np.float64),
            "correct": aligned(chunks, np.int64),
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
        self._addresses = [address(array) for array in self.arrays.values()]
        self._pace = Pace(len(self._ways))
        self._interrupted = False
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
        if self._interrupted:
            raise RuntimeError("this session was interrupted; begin another")
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
            team = self.arrays["team"]
            team[CLAIM] = team[ENDED] = 0
            pieces = [(*self._addresses, member, budget) for member in range(members)]
            # After an interrupt others may still be at work in the arrays.
            self._interrupted = True
            share(self._run, pieces, self.arrays, lambda: team.__setitem__(ENDED, 1))
            self._interrupted = False
        seconds = time.perf_counter() - started
        self._pace.note(way, budget, int(self.state[0]["effort"]) - before, seconds)

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
            "parameters": self.parameters.copy(),  # without the slots that lie behind
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
