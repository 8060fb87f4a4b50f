"""A training that goes on piece by piece, with its whole state in arrays."""

import time
from typing import NamedTuple

import numpy as np

from fastdense.arrays.buffers import address
from fastdense.devices.cpu.autotune import LARGEST_BUDGET, tuner_of
from fastdense.devices.cpu.results import results_of
from fastdense.devices.cpu.thread_pool import settle, share
from fastdense.kernels import layout
from fastdense.kernels.layout import ENDED, NEVER
from fastdense.kernels.registry import program

WHOLE = 1 << 24  # multiply-adds forward, up to which a step is one call of a few ms


class Strategy(NamedTuple):
    """How the work of a step is shared; all but the last are fields of the plan, too."""

    threads: int
    columns: int  # of a chunk: samples
    stride: int  # numbers from one row of a chunk to the next
    chunks: int  # before their gradient is taken
    arena: int  # numbers of the arena of one chunk
    blocks: int  # of the gradient
    update_by_block: bool
    in_turn: bool  # the thread that ran a chunk forward also adds its gradient, in their order
    by_units: int  # multiply-adds from which threads share the units of a layer, or 0
    layers: np.ndarray  # with the blocks of each layer

    @property
    def plan(self):
        """Fields of the plan."""
        return dict(zip(self._fields[:-1], self[:-1], strict=True))

    @property
    def arenas(self):
        """Chunks that are kept at once."""
        return self.threads if self.in_turn else max(self.chunks, self.threads)


class Session:
    """What the training of one network and that of a pack have in common.

    Parameters
    ----------
    task : Task
    count : int
        Networks whose results are asked for.
    role : str
        Of the loop's kernel.
    arrays : dict
        From `arrays_for`.
    strategies : list of Strategy
        One or more, of which the fastest is found while it trains; the arrays are for the first.
    table : ndarray, optional
        The addresses of the arrays.
    """

    def __init__(self, task, count, role, arrays, strategies, table=None):
        self.task, self.arrays, self.state = task, arrays, arrays["state"]
        self._count, self._strategies = count, strategies
        self._run = program(role, task.recipe.dtype)
        if table is None:
            table = np.array([address(arrays[name]) for name in layout.NAMES], np.int64)
        self._table = table
        # What each layer is and by which kernels, and how its samples are cut and shared.
        work = [(one.layers.tobytes(), *one[:-1]) for one in strategies]
        recipe = task.recipe
        kind = role, task.batch, recipe.loss.name, recipe.optimizer.name
        self._tuner = tuner_of((*kind, *work), len(strategies))
        self._chosen, self._budget, self._began, self._seconds = 0, 0, 0, 0.0
        # Places that are read and written in every step of a caller who goes on step by step.
        plan = arrays["plan"]
        self._until, self._until_step = plan["until"], plan["until_step"]
        self._step = arrays["state"]["step"]
        products = max(task.network.size, task.network.products)
        self.short = task.batch * products <= WHOLE
        self._helping = []  # calls of other threads, which an interrupt may leave at work

    @property
    def done(self):
        """Whether no epoch is left, or no network whose loss is finite."""
        return self.state[0]["phase"] == layout.DONE

    @property
    def epoch(self):
        """Epochs completed."""
        return int(self.state[0]["epoch"])

    @property
    def steps(self):
        """Mini-batches completed."""
        return int(self.state[0]["step"])

    @property
    def between_epochs(self):
        """Whether the last epoch is complete, with what was to be measured after it."""
        state = self.state[0]
        return state["phase"] == layout.DONE or (
            state["phase"] == layout.SHUFFLE and state["position"] == 0
        )

    @property
    def between_steps(self):
        """Whether no mini-batch is half done, and nothing that was to be measured."""
        state = self.state[0]
        begun = state["phase"] == layout.STEP and (state["done"] or state["unit"])
        return self.between_epochs or (state["phase"] == layout.STEP and not begun)

    def advance(self, budget=None, strategy=None, until=None, until_step=NEVER):
        """Go on for one piece, but not beyond an epoch or a mini-batch.

        The size and the strategy of a piece follow the clock unless they are given. What the piece
        did is complete when this returns, and also when it raises `KeyboardInterrupt`.
        """
        self.settle()
        plan = self.arrays["plan"]
        plan["until"] = plan["epochs"] if until is None else until
        plan["until_step"] = until_step
        if self.state[0]["unit"] == 0:
            chosen, self._budget = self._tuner.choose()
            self._use(chosen if strategy is None else strategy)
            self._began, self._seconds = int(self.state[0]["effort"]), 0.0
        chosen = self._chosen
        budget = self._budget if budget is None else budget
        started = time.perf_counter()
        threads = self._strategies[chosen].threads
        if threads == 1:
            self._run(address(self._table), 0, budget)
        else:
            team = self.arrays["team"]
            team[:] = 0
            place = address(self._table)
            pieces = [(place, thread, budget) for thread in range(threads)]
            owner = self.arrays, self._table
            share(self._run, pieces, owner, self._end_team, self._helping)
        self._seconds += time.perf_counter() - started
        if self.state[0]["unit"] == 0:
            effort = int(self.state[0]["effort"]) - self._began
            self._tuner.note(chosen, budget, effort, self._seconds)

    def advance_steps(self, count):
        """Go on for some mini-batches, and what is to be measured if they end an epoch."""
        until = int(self._step[0]) + count
        if self.short and len(self._strategies) == 1:
            self.settle()
            self._until[0], self._until_step[0] = layout.NEVER, until
            self._run(address(self._table), 0, LARGEST_BUDGET)
        while not self.done and (self.steps < until or not self.between_steps):
            self.advance(until_step=until)

    def step_at_once(self):
        """Complete a step that is short, in this thread and in one call."""
        self._run(address(self._table), 0, LARGEST_BUDGET)

    def place(self, name, array):
        """Let an array of the caller's take the place of one; it must live while it is used."""
        self._table[layout.NAMES.index(name)] = address(array)

    @property
    def lanes(self):
        """Networks side by side, with those that only fill the last vectors."""
        return int(self.arrays["plan"][0]["lanes"])

    def follow(self, orders):
        """Let each network have orders of its own, of as many rows as the task's order visits.

        They are read from (epochs, visits, lanes) again and again, and may be written meanwhile.
        """
        plan = self.arrays["plan"]
        plan["order_rows"], plan["order_by_lane"], plan["fixed"] = len(orders), 1, 0
        self._orders = orders  # kept alive while its address is used
        self.place("given", orders)

    def freeze(self, number):
        """Leave the parameters of a network as they are, while the others go on."""
        self.arrays["frozen"][number] = 1

    def curves(self, since):
        """Running loss, running penalty and test loss of the epochs after `since`.

        Returns
        -------
        ndarray, shape (3, epochs, networks)
        """
        self.settle()
        places = [layout.RUNNING_LOSS, layout.RUNNING_PENALTY, layout.TEST_LOSS]
        return self.arrays["curves"][places, since + 1 : int(self.state[0]["row"]), : self._count]

    def parameters_of(self, number):
        """Those of a network, a view of shape (size,)."""
        size, lanes = self.task.network.size, self.lanes
        return self.arrays["parameters"][: size * lanes].reshape(size, lanes)[:, number]

    def _end_team(self):
        self.arrays["team"][ENDED] = 1

    def settle(self):
        """Wait for threads that an interrupt has left at work; it takes milliseconds at most."""
        if self._helping:
            self._end_team()
            settle(self._helping)

    def _use(self, number):
        # Between two gradients nothing depends on how a batch is cut into chunks, and by whom.
        self.state[0]["loaded"] = 0  # rows of the arena may change their places
        if number == self._chosen:
            return
        self._chosen = number
        strategy, plan = self._strategies[number], self.arrays["plan"][0]
        self.arrays["layers"][:] = strategy.layers
        for name, value in strategy.plan.items():
            plan[name] = value

    def results(self, final=True):
        """What is known of each network; see `results_of`. If it is not final, training goes on."""
        self.settle()
        return results_of(self.task, self.arrays, self._count, final)
