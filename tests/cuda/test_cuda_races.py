"""Threads of a grid wait between one's writing and another's reading, as every access shows.

On a GPU a missing wait would give other bits now and then. Here each access of each thread is
noted with the number of waits before it: what one thread writes no other may touch before the next.
"""

import sys
import threading

import numpy as np
import pytest
from simulator import both, differences
from strategies import numbers
from test_cuda_grid import ROWS, WIDE

from fastdense import Activation, Dense, Dropout, Network, Recipe, Training
from fastdense.devices.cuda import arrays, compiling, pack, products, rounding, teams, waves
from fastdense.devices.cuda.products import Shape


class Watched:
    """An array that notes who reads and writes its numbers."""

    def __init__(self, array, notes):
        self._array, self._notes = array, notes
        self._base, self._steps = array.ctypes.data, array.strides

    def __getattr__(self, name):
        return getattr(self._array, name)

    def __len__(self):
        return len(self._array)

    def __getitem__(self, key):
        found = self._array[key]
        if isinstance(found, np.ndarray):
            return Watched(found, self._notes)
        self._notes.add(self._place(key), None)
        return found

    def __setitem__(self, key, value):
        self._array[key] = value
        self._notes.add(self._place(key), self._array[key])

    def _place(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        return self._base + sum(k * step for k, step in zip(keys, self._steps, strict=True))


class Notes:
    """Who has read and written each number since the last of the `barriers`, functions by name."""

    def __init__(self, *barriers):
        self.barriers, self.held, self.conflicts, self.count = barriers, {}, set(), 0

    def add(self, place, written):
        """Note a number that is `written`, or None where it is read."""
        thread = threading.current_thread()
        if not hasattr(thread, "thread_id") or getattr(thread, "is_adding", False):
            return
        if written is None and is_thrown_away(sys._getframe(2)):
            return
        turn = sum(getattr(thread, name, 0) for name in self.barriers)
        numbers, writers, readers = self.held.setdefault((place, turn), (set(), set(), set()))
        self.count += 1
        me = thread.thread_id
        if written is not None:  # all may write the same; NaN is NaN
            numbers.add(written if written == written else None)
            writers.add(me)
        elif me not in writers:  # else it is its own, or the same that others wrote
            readers.add(me)
        if len(writers | readers) > 1 and writers and (readers or len(numbers) > 1):
            frame = sys._getframe(2)
            self.conflicts.add(f"{frame.f_code.co_filename}:{frame.f_lineno}")


def is_thrown_away(frame):
    """Whether a number is read by the last step of a stage, for one that does not come.

    Others may write the next stage there already.
    """
    for _ in range(4):
        if frame is None or frame.f_code.co_name == "step":
            break
        frame = frame.f_back
    step = frame is not None and frame.f_code.co_filename == products.__file__
    return step and frame.f_locals.get("kk") == THREADS.depth - 1


class Adding:
    """In place of the lock of what threads add at the same time: that is no conflict."""

    def __init__(self):
        self._lock = threading.Lock()

    def __enter__(self):
        self._lock.acquire()
        threading.current_thread().is_adding = True

    def __exit__(self, *error):
        threading.current_thread().is_adding = False
        self._lock.release()


# More threads than there are partial sums, so that who adds is not who has written.
THREADS = Shape(4, 8, 8, (2, 1))
UNWATCHED = "plan", "state", "next_state", "layers", "networks"  # records, the same for all


@pytest.fixture
def notes(monkeypatch):
    """What is shared is watched: by all threads of the grid, and by those of a block."""
    found, of_block = Notes("wait"), Notes("wait", "meet")
    found.of_block = of_block
    launch_grid, shared = compiling.launch_grid, rounding.shared

    def launch(kernel, blocks, work):
        watched = {
            name: Watched(array, found)
            for name, array in work._asdict().items()
            if name not in UNWATCHED
        }
        found.held.clear(), of_block.held.clear()
        launch_grid(kernel, blocks, work._replace(**watched))

    from numba.cuda.simulator.kernel import BlockThread

    wait_for_all = BlockThread.syncthreads

    def syncthreads(thread):
        name = sys._getframe(1).f_code.co_name
        wait_for_all(thread)
        setattr(thread, name, getattr(thread, name, 0) + 1)

    def watched_of_block(kind, count):
        array = Watched(shared(kind, count)(), of_block)
        return lambda: array

    monkeypatch.setattr(compiling, "SHAPE", THREADS)
    monkeypatch.setattr(rounding, "shared", watched_of_block)
    forget()
    monkeypatch.setattr(BlockThread, "syncthreads", syncthreads)
    monkeypatch.setattr(rounding, "_adding", Adding())
    monkeypatch.setattr(compiling, "launch_grid", launch)
    monkeypatch.setattr(waves, "is_shared", lambda task, count: True)
    yield found
    forget()


def forget():
    """Let kernels be made anew."""
    pack.team_of.cache_clear()
    pack._kernel.cache_clear()


RECIPES = {
    "in their order": {"shuffle": False},
    "all at once": {
        "optimizer": "adam", "clip_norm": 0.5, "clip_value": 0.1, "l1": 0.01, "l2": 0.01,
        "gradient_accumulation_steps": 2, "schedule": "cosine",
    },
    "weighted": {"reduction": "weighted_mean", "l2": 0.1, "clip_norm": 1.0, "clip_each": True},
}  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_nobody_touches_what_another_writes_before_a_wait(recipe, notes, monkeypatch):
    # Mini-batches and evaluations of several blocks, the last of few samples.
    monkeypatch.setattr(arrays, "LEAST_BLOCK", 4)
    monkeypatch.setattr(arrays, "MOST_OF_BLOCK", 0)
    recipe = Recipe(batch_size=5, epochs=2, **recipe)
    options = {"seeds": 1, "observe_every": 2, "evaluate_every": 2}
    assert not differences(*both(WIDE, recipe, ROWS, **options))
    assert notes.count > 10_000 and not notes.conflicts
    assert notes.of_block.count > 10_000 and not notes.of_block.conflicts


def test_nor_where_classes_are_told_apart_and_outputs_are_kept(notes):
    layers = [Dense(5, max_norm=0.1), Activation("gelu"), Dropout(0.2), Dense(4)]
    network = Network(3, layers)
    recipe = Recipe(loss="sparse_softmax_cross_entropy", optimizer="momentum", batch_size=6)
    rows = numbers([7, 0], 11, 3), np.arange(11)[:, np.newaxis] % 4
    training = Training(
        network, recipe.replace(epochs=2), rows, keep_outputs=True, keep_penalties=True,
        device="cuda", observe_every=1,
    )  # fmt: skip
    training.advance(2)
    assert notes.count > 5_000 and not notes.conflicts


def test_nor_where_outputs_are_coupled(notes):
    network = Network(3, [Dense(5, "tanh"), Dense(4, "softmax")])
    rows = numbers([8, 0], 11, 3), numbers([8, 1], 11, 4) ** 2
    assert not differences(*both(network, Recipe(batch_size=6, epochs=2), rows, seeds=1))
    assert notes.count > 5_000 and not notes.conflicts


def test_a_wait_that_is_missing_is_found(notes, monkeypatch):
    whole = teams.whole_grid

    def hasty(*arguments):
        return whole(*arguments)._replace(wait=teams.nothing)

    monkeypatch.setattr(pack, "whole_grid", hasty)
    forget()
    Training(WIDE, Recipe(batch_size=5, epochs=1), ROWS, device="cuda").advance(1)
    assert notes.conflicts


def test_so_is_one_of_a_block(notes, monkeypatch):
    monkeypatch.setattr(products.grid, "meet", teams.nothing)
    forget()
    Training(WIDE, Recipe(batch_size=5, epochs=1), ROWS, device="cuda").advance(1)
    assert notes.of_block.conflicts
