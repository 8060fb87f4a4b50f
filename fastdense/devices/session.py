"""One training under way on the compiled device: its whole state in arrays."""

import time
from typing import NamedTuple

import numpy as np

from fastdense import catalogue
from fastdense.devices.arrangement import (
    BLOCK_NUMBERS,
    SMALL_NETWORK,
    SPARE,
    address,
    aligned,
    arena_size,
    arrange,
    chunk_columns,
    chunks_between,
    largest_block,
    stride_of,
)
from fastdense.devices.pace import pace_of
from fastdense.devices.threads import cores, pause_address, share
from fastdense.kernels import layout
from fastdense.kernels.layout import CLAIM, ENDED, JOB, PLAN, STATE, padded
from fastdense.kernels.roles import kernel, program

SHARED_PRODUCTS = 200_000  # parameters times samples, from which it is tried to share a step
LEAST_COLUMNS = 32  # of a chunk that a member does by itself
LEAST_NUMBERS = 4096  # of the gradient that a member should find to do
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
        by_block = count > SMALL_NETWORK and recipe.clip_norm == 0.0
        chunks = chunks_between(task.batch, columns, places, count)
        self._ways = [_Way(1, columns, chunks, places["blocks"], by_block, layers)]
        if members > 1 and task.batch * count >= SHARED_PRODUCTS:
            # As many chunks for each, and of the same length.
            rounds = -(-task.batch // (columns * members))
            each = max(padded(-(-task.batch // (rounds * members))), LEAST_COLUMNS)
            chunks = chunks_between(task.batch, each, places, count, members)
            # Each member should find some units of the gradient to do.
            numbers = min(BLOCK_NUMBERS, count // (8 * members))
            shared, places = arrange(network, recipe.dtype, numbers)
            by_block = recipe.clip_norm == 0.0
            self._ways.append(_Way(members, each, chunks, places["blocks"], by_block, shared))
        members = max(way.members for way in self._ways)
        # Numbers of the arena of one chunk, of a step or of an evaluation.
        self._arenas = [arena_size(places, max(block, way.columns)) for way in self._ways]
        arena = max(way.chunks * a for way, a in zip(self._ways, self._arenas, strict=True))
        chunks = max(way.chunks for way in self._ways)
        samples = max(way.chunks * max(block, way.columns) for way in self._ways)
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
        largest = max(largest_block(way.layers) for way in self._ways)
        fields["scratch"] = padded(layout.PACKED + largest + SPARE)
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
        state[0]["phase"] = _first_phase(task)
        evaluations = max(_looks(recipe.epochs, task.evaluate_every), 1)
        fields["evaluations"] = evaluations
        observations = _looks(recipe.epochs, task.observe_every)

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
            "arena": aligned(arena, dtype),
            "scratch": aligned(members * fields["scratch"], dtype),
            "inputs": task.inputs,
            "targets": task.targets,
            "weights": task.weights,
            "test_inputs": task.test_inputs,
            "test_targets": task.test_targets,
            "predictions": np.zeros(1, dtype),
            "order": np.arange(max(task.visits, len(task.inputs))),
            "losses": aligned(samples, np.float64),
            "sample_weights": aligned(samples, np.float64),
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
        # What each layer is and by which kernels, and how its samples are cut and shared.
        work = [(way.layers.tobytes(), *way[:5]) for way in self._ways]
        self._pace = pace_of((task.batch, recipe.optimizer.name, *work), len(work))
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
        if self.state[0]["unit"] == 0:
            chosen, self._budget = self._pace.choose()
            self._go(chosen if way is None else way)
            self._began, self._seconds = int(self.state[0]["effort"]), 0.0
        way = self._way
        budget = self._budget if budget is None else budget
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
        self._seconds += time.perf_counter() - started
        if self.state[0]["unit"] == 0:
            effort = int(self.state[0]["effort"]) - self._began
            self._pace.note(way, budget, effort, self._seconds)

    def _go(self, number):
        # Between two gradients nothing depends on how a batch is cut into chunks, and by whom.
        self._way = number
        way, plan = self._ways[number], self.arrays["plan"][0]
        self.arrays["layers"][:] = way.layers
        plan["members"] = way.members
        plan["arena"] = self._arenas[number]
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
        evaluated = np.minimum(np.arange(rows) * task.evaluate_every, epochs)
        if not task.evaluate_every:  # all there is to tell is the last epoch's running loss
            rows, evaluated = 1, np.array([epochs])
        loss, accuracy, test_loss, test_accuracy, running = self.curves[:, :rows]
        if not task.evaluate_every:
            loss = None
        kind = catalogue.get("losses", task.recipe.loss.name).accuracy(task.network.outputs)
        if kind is None or loss is None:
            accuracy = test_accuracy = None
        elif kind != "largest":  # right or wrong output by output
            accuracy = accuracy / task.network.outputs
            test_accuracy = test_accuracy / task.network.outputs
        tested = len(task.test_inputs) > 0 and loss is not None
        signals = self.signals[:observed]
        return {
            "parameters": self.parameters.copy(),  # without the slots that lie behind
            "epochs": evaluated,
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


def _first_phase(task):
    """What is done before the first epoch."""
    if task.evaluate_every:
        return layout.EVALUATE
    if task.observe_every:
        return layout.OBSERVE
    return layout.SHUFFLE if task.recipe.epochs else layout.DONE


def _looks(epochs, every):
    """How often a training is looked at: before the first epoch, at every so many, at the last."""
    return 1 + -(-epochs // every) if every else 0


def _numbers(hyper, dtype):
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite in it
        return np.array([float(v) for v in hyper.values()] or [0.0], dtype)
