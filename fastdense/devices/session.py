"""One training under way on the compiled device: its whole state in arrays."""

import operator
import time
from typing import NamedTuple

import numpy as np

from fastdense.devices.arrangement import (
    BLOCK_NUMBERS,
    SMALL_NETWORK,
    address,
    arena_size,
    arrange,
    chunk_columns,
    chunks_between,
    stride_of,
)
from fastdense.devices.memory import Shape, arrays_for, result_of
from fastdense.devices.pace import pace_of
from fastdense.devices.threads import cores, share
from fastdense.kernels import layout
from fastdense.kernels.layout import CLAIM, ENDED, padded
from fastdense.kernels.roles import kernel, program
from fastdense.variants import Variants

SHARED_PRODUCTS = 200_000  # parameters times samples, from which it is tried to share a step
LEAST_COLUMNS = 32  # of a chunk that a member does by itself
LEAST_NUMBERS = 4096  # of the gradient that a member should find to do


class _Way(NamedTuple):
    """A way to share the work of a step."""

    members: int
    columns: int  # of a chunk
    chunks: int  # before their gradient is taken
    blocks: int  # of the gradient
    update_by_block: bool
    layers: np.ndarray  # with the blocks of each layer


class Session:
    """One training under way: its whole state in arrays, advanced piece by piece.

    With a variant, that one is trained instead of the task's own.
    """

    def __init__(self, task, threads=None, variants=None):
        network, recipe = task.network, task.recipe
        count = network.size
        members = cores() if threads is None else threads
        members = min(members, max(task.batch // LEAST_COLUMNS, count // LEAST_NUMBERS))
        layers, places = arrange(network, recipe.dtype)
        columns = chunk_columns(task.batch, places["rows"], count)
        block = chunk_columns(max(len(task.inputs), 2), places["rows"], count)
        plain = not (recipe.l1 or recipe.l2 or recipe.clip_value or recipe.clip_norm)
        online = plain and task.batch == 1
        by_block = (count > SMALL_NETWORK or online) and recipe.clip_norm == 0.0
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
        # Samples and numbers of one chunk, of a step or of an evaluation.
        longest = [max(block, way.columns) for way in self._ways]
        self._arenas = [arena_size(places, columns) for columns in longest]
        chunks = [way.chunks for way in self._ways]
        shape = Shape(
            lanes=1,
            block=block,
            stride=stride_of(block),
            samples=max(map(operator.mul, chunks, longest)),
            chunks=max(chunks),
            arena=max(map(operator.mul, chunks, self._arenas)),
            members=max(way.members for way in self._ways),
        )
        if variants is None:
            variants = Variants.of([network], [recipe], task.parameters[np.newaxis])
        self.arrays = arrays_for(task, variants, layers, places, shape)
        self.state = self.arrays["state"]
        if online:
            name = recipe.optimizer.name
            self.arrays["plan"][0]["online"] = kernel("online", name, recipe.dtype)
        self._run = program("train", recipe.dtype)
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
        self.state[0]["loaded"] = 0  # rows of the arena change their places
        plan["members"] = way.members
        plan["arena"] = self._arenas[number]
        plan["columns"] = way.columns
        plan["stride"] = stride_of(way.columns)
        plan["chunks"] = way.chunks
        plan["blocks"] = way.blocks
        plan["update_by_block"] = way.update_by_block

    def result(self):
        """What `Run` takes besides the task."""
        return result_of(self._task, self.arrays)

    def results(self):
        """The same for the one network that it is, as a `Pack` has it."""
        return [self.result()]
