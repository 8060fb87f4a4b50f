"""A training under way: its whole state in arrays, advanced piece by piece."""

import time
from typing import NamedTuple

import numpy as np

from fastdense.arrays.buffers import address
from fastdense.devices.cpu.autotune import pace_of
from fastdense.devices.cpu.state import results_of
from fastdense.devices.cpu.thread_pool import share
from fastdense.kernels import layout
from fastdense.kernels.layout import CLAIM, ENDED
from fastdense.kernels.registry import program


class Way(NamedTuple):
    """A way to share the work of a step; all but the last are fields of the plan, too."""

    members: int
    columns: int  # of a chunk: samples
    stride: int  # numbers from one row of a chunk to the next
    chunks: int  # before their gradient is taken
    arena: int  # numbers of the arena of one chunk
    blocks: int  # of the gradient
    update_by_block: bool
    in_turn: bool  # each chunk's gradient by whom has taken it through the network
    layers: np.ndarray  # with the blocks of each layer

    @property
    def arenas(self):
        """Chunks that are kept at once."""
        return self.members if self.in_turn else max(self.chunks, self.members)


class Underway:
    """What a single training and a pack have in common.

    Parameters
    ----------
    task : Task
    count : int
        Networks whose results are asked for.
    role : str
        Of the loop's kernel.
    arrays : dict
        From `arrays_for`.
    ways : list of Way
        One or more, of which the fastest is found while it trains.
    """

    def __init__(self, task, count, role, arrays, ways):
        self.arrays, self.state = arrays, arrays["state"]
        self._task, self._count, self._ways = task, count, ways
        self._run = program(role, task.recipe.dtype)
        self._table = np.array([address(arrays[name]) for name in layout.NAMES], np.int64)
        # What each layer is and by which kernels, and how its samples are cut and shared.
        work = [(way.layers.tobytes(), *way[:-1]) for way in ways]
        recipe = task.recipe
        kind = role, task.batch, recipe.loss.name, recipe.optimizer.name
        self._pace = pace_of((*kind, *work), len(ways))
        self._interrupted = False

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
            self._run(address(self._table), 0, budget)
        else:
            team = self.arrays["team"]
            team[CLAIM] = team[ENDED] = 0
            place = address(self._table)
            pieces = [(place, member, budget) for member in range(members)]
            # After an interrupt others may still be at work in the arrays.
            self._interrupted = True
            owner = self.arrays, self._table
            share(self._run, pieces, owner, lambda: team.__setitem__(ENDED, 1))
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
        for name, value in zip(Way._fields[:-1], way[:-1], strict=True):
            plan[name] = value

    def results(self):
        """What is known of each network; see `results_of`."""
        return results_of(self._task, self.arrays, self._count)
