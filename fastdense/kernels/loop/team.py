"""Threads that share the units of a job: chunks of samples, or blocks of the gradient.

Which thread does a unit changes no bit: units write to different places, or go on with the same
sums in turn, and no sum is split. A unit is claimed by one atomic addition; who finds none left
waits until the last one is finished. A thread that the system has suspended holds up no unit that
it has not begun.
"""

import numpy as np
from numba import njit

from fastdense.kernels.compile.atomics import atomic_add, atomic_read, atomic_write, relax
from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layout import CLAIM, ENDED, FINISHED, IN_TURN

SPINS = 4000  # looks before a waiting thread lets other processes run


@njit(**NUMPY)
def rest(plan, looks):
    """Wait a moment; the longer one has looked in vain, the more room for others."""
    relax()
    if looks > SPINS and plan.pause != 0:
        call(plan.pause, ())


@njit(**NUMPY)
def do_units(plan, work, team, thread):
    """Claim units and do them, until none is left."""
    while True:
        claimed = atomic_add(offset(team, CLAIM), np.int64(1))
        unit = claimed & np.int64(0xFFFFFFFF)
        if unit >= claimed >> 32:
            return
        call(plan.work, (work.table, thread, unit, unit + 1))
        atomic_add(offset(team, FINISHED), np.int64(1))


@njit(**COLD)
def _share(plan, work, team, begin, end):
    atomic_write(offset(team, FINISHED), begin)
    atomic_write(offset(team, CLAIM), end << 32 | begin)
    do_units(plan, work, team, np.int64(0))
    looks = 0
    while atomic_read(offset(team, FINISHED)) < end:
        looks += 1
        rest(plan, looks)


@njit(**NUMPY)
def await_turn(plan, team, unit):
    """Wait until all units before this one are finished: they were claimed before it."""
    looks = 0
    while atomic_read(offset(team, FINISHED)) < unit:
        looks += 1
        rest(plan, looks)


@njit(**NUMPY)
def dispatch(plan, work, team, begin, end):
    """Do units of the job in `work.job`, together with the other threads."""
    alone = plan.threads == 1 or end - begin == 1
    if alone and record(work.job, 0).task != IN_TURN:  # who waits for a turn needs the counts
        call(plan.work, (work.table, np.int64(0), begin, end))
    else:
        _share(plan, work, team, begin, end)


@njit(**NUMPY)
def affordable(plan, begin, end, each, budget):
    """Where to end among the next units, each of some effort: a call must remain short.

    Every thread finds one at least.
    """
    if (end - begin) * each <= budget:
        return end
    return min(begin + max(budget // each, plan.threads), end)


@njit(inline="never", **NUMPY)
def assist(plan, work, team, thread):
    """What the other threads do until the first one ends the call."""
    looks = 0
    while atomic_read(offset(team, ENDED)) == 0:
        claim = atomic_read(offset(team, CLAIM))
        if claim & np.int64(0xFFFFFFFF) < claim >> 32:
            do_units(plan, work, team, thread)
            looks = 0
        else:
            looks += 1
            rest(plan, looks)
