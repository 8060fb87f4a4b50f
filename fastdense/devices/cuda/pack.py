"""Networks side by side on a GPU: launches that end soon, and what has become of them."""

import contextlib
import time
from functools import cache

import numpy as np

from fastdense import catalogue
from fastdense.devices.cpu.results import alone, latest_of, results_of
from fastdense.devices.cuda import compiling
from fastdense.devices.cuda.arrays import (
    activations_of,
    arrange,
    bytes_of,
    out_of_memory,
    shared_bytes,
    work_of,
)
from fastdense.devices.cuda.loop import train_for
from fastdense.devices.cuda.teams import one_thread, whole_grid
from fastdense.kernels import layout

SHARE = 0.9  # of the memory that is free
LAUNCH_SECONDS = 0.04  # of a launch, so that Ctrl-C ends it soon
FIRST_BUDGET = 1 << 16  # multiply-adds of a network
GROWTH = 8  # of the budget, at most, from launch to launch
EACH = 4  # numbers of a stage for each thread of a grid, so that small ones wait for fewer


@cache
def team_of(dtype, together):
    """Who trains a network: all threads of a grid `together`, or one alone."""
    if together:
        return whole_grid(np.dtype(dtype).type, compiling.SHAPE, compiling.shared)
    return one_thread()


@cache
def _kernel(dtype, activations, loss, optimizer, schedule, together):
    entries = [catalogue.get("activations", name) for name in activations]
    chosen = (
        catalogue.get(kind, name)
        for kind, name in (("losses", loss), ("optimizers", optimizer), ("schedules", schedule))
    )
    make = compiling.grid_kernel if together else compiling.kernel
    return make(train_for(dtype, entries, *chosen, team_of(dtype, together)))


def kernel_of(task, together):
    """The kernel that trains networks with the entries of a task."""
    recipe = task.recipe
    names = tuple(entry.name for entry in activations_of(task.network))
    entries = recipe.loss.name, recipe.optimizer.name, recipe.schedule.name
    return _kernel(recipe.dtype, names, *entries, together)


class Pack:
    """Trainings of `variants` of one task, each in a thread of the GPU.

    Or of the only one, by all threads `together`; some of its arrays may be `shared` with another
    training, given by name.
    """

    def __init__(self, task, variants, together=False, shared=None):
        self.task, self._count = task, len(variants)
        self._kernel = kernel_of(task, together)
        self._team = team_of(task.recipe.dtype, together)
        groups_that_fit(task, self._team)
        with self._memory():
            work = work_of(task, variants, self._team, compiling)
        self.work = work._replace(**(shared or {}))
        self.plan = compiling.get(self.work.plan)
        if together:
            self._blocks = blocks_of(task, compiling.resident_blocks(self._kernel, self.work))
            self.plan["processors"] = min(self._blocks, compiling.multiprocessors())
        self.state = compiling.get(self.work.state)
        self._budget = FIRST_BUDGET
        self._tried = False
        self._all_ended = False

    @property
    def done(self):
        """Whether no epoch is left, or no network whose loss is finite."""
        return self._all_ended or self.state["phase"][0] == layout.DONE

    @property
    def epoch(self):
        """Epochs completed."""
        return int(self.state["epoch"][0])

    @property
    def steps(self):
        """Mini-batches completed."""
        return int(self.state["step"][0])

    @property
    def between_epochs(self):
        """Whether the last epoch is complete, with what was to be measured after it."""
        at_begin = self.state["phase"][0] == layout.SHUFFLE and self.state["position"][0] == 0
        return self.done or bool(at_begin)

    def advance(self, until=None, until_step=layout.NEVER):
        """Go on for one launch, but not beyond an epoch or a mini-batch."""
        work = self.work
        self.plan["budget"] = self._budget
        self.plan["until"] = self.task.recipe.epochs if until is None else until
        self.plan["until_step"] = until_step
        compiling.write(work.plan, self.plan)
        started = time.perf_counter()
        with self._memory():
            if self._team.alone:
                compiling.launch(self._kernel, self._count, work)
            else:
                compiling.launch_grid(self._kernel, self._blocks, work)
        seconds = time.perf_counter() - started
        # Of networks of threads that have all ended none writes the next state.
        self._all_ended = bool(compiling.get(work.networks)["ended"].all())
        if not (self._all_ended and self._team.alone):
            self.state = compiling.get(work.next_state)
            self.work = work._replace(state=work.next_state, next_state=work.state)
        if self._tried:  # the first one also compiles
            growth = min(LAUNCH_SECONDS / max(seconds, 1e-6), GROWTH)
            self._budget = max(int(self._budget * growth), 1)
        self._tried = True

    def put_state(self):
        """Let the next launch go on from `state` as it stands here."""
        compiling.write(self.work.state, self.state)

    def results(self, final=True):
        """What is known of each network; see `devices.cpu.results.results_of`."""
        return results_of(self.task, self._arrays(), self._count, final)

    def result(self, final=True):
        """What `Run` takes besides the task, of the only network."""
        return alone(self.results(final))

    def latest(self):
        """The last points of the only network's curves and signals."""
        return latest_of(self.task, self._arrays())

    @contextlib.contextmanager
    def _memory(self):
        """Says of a lack of memory how much is wanted."""
        try:
            yield
        except Exception as error:
            if not compiling.is_out_of_memory(error):
                raise
            raise out_of_memory(self.task, self._team, compiling.free_memory()) from None

    def _arrays(self):
        """Arrays as those of the CPU stand."""
        work, size, count = self.work, self.task.network.size, self._count
        slots = len(self.task.recipe.optimizer.entry.slots)
        # Parameters and then slots, (groups, rows, networks of a group).
        rows = int(self.plan["numbers"][0])
        numbers = compiling.get(work.parameters).reshape(-1, rows, self._team.width)
        parameters = numbers[:, :size].transpose(1, 0, 2).reshape(size, -1)[:, :count]
        sums = compiling.get(work.sums)
        if not self.task.observations:
            sums = sums[:0]
        return {
            "plan": [{"slots": slots}],
            "state": self.state,
            "networks": compiling.get(work.networks),
            "parameters": np.ascontiguousarray(parameters).ravel(),
            "curves": compiling.get(work.curves),
            "sums": sums.reshape(len(sums), -1, layout.SUMS, count) if len(sums) else _none(self),
        }


def _none(pack):
    return np.zeros((0, len(pack.task.network.dense), layout.SUMS, pack._count))


def groups_that_fit(task, team):
    """For how many groups of networks there is memory: warps, or networks that all threads train.

    Raises
    ------
    OutOfMemory
        For none.
    """
    free = compiling.free_memory()
    groups = (SHARE * free - shared_bytes(task)) / (team.width * bytes_of(task, team))
    if groups < 1:
        raise out_of_memory(task, team, free)
    return groups


def blocks_of(task, most):
    """Blocks of a grid that train a network: as many as have enough to do in its widest stage."""
    records, _ = arrange(task.network)
    widest = max(records["n_weights"].max(), records["n_out"].max() * task.batch)
    threads = compiling.SHAPE.tall * compiling.SHAPE.wide
    return int(min(most, -(-widest // (EACH * threads))))
