"""Threads that share the units of a job: chunks of samples, blocks of a gradient, parts of a layer.

Which thread does a unit changes no bit: units write to different places, or go on with the same
sums in turn, and no sum is split. Each thread has a share, the same ones in every step, so that
what it has written is in its own cache; who is done with it goes on with those of others. A unit is
claimed by one atomic addition; who finds none left waits until the last one is finished. A thread
that the system has suspended holds up no unit that it has not begun.
"""

import numpy as np
from numba import njit

from fastdense.kernels.compile.atomics import atomic_add, atomic_read, atomic_write, relax
from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import call, offset, record
from fastdense.kernels.layout import APART, CLAIMS, ENDED, FINISHED, IN_TURN, TURNS

SPINS = 4000  # looks before a waiting thread lets other processes run


@njit(**NUMPY)
def rest(plan, looks):
    """Wait a moment; the longer one has looked in vain, the more room for others."""
    relax()
    if looks > SPINS and plan.pause != 0:
        call(plan.pause, ())


@njit(**NUMPY)
def do_units(plan, work, team, thread):
    """Claim units and do them, until none is left: those of its own share, then those of others."""
    for n in range(plan.threads):
        claims = offset(team, CLAIMS + APART * ((thread + n) % plan.threads))
        while True:
            claimed = atomic_add(claims, np.int64(1))
            unit = claimed & np.int64(0xFFFFFFFF)
            if unit >= claimed >> 32:
                break
            call(plan.work, (work.table, thread, unit, unit + 1))
            atomic_add(offset(team, FINISHED), np.int64(1))


@njit(**COLD)
def _share(plan, work, team, begin, end):
    atomic_write(offset(team, FINISHED), begin)
    in_turn = record(work.job, 0).task == IN_TURN
    if in_turn:  # all blocks of the chunks before these are taken
        for n in range(plan.threads + 1):
            atomic_write(offset(team, TURNS + APART * n), begin * plan.blocks)
    first = begin
    for n in range(plan.threads):
        last = begin + (n + 1) * (end - begin) // plan.threads
        last = end if in_turn else last  # all in one row: who waits must know that others began
        atomic_write(offset(team, CLAIMS + APART * n), last << 32 | first)
        first = last
    do_units(plan, work, team, np.int64(0))
    looks = 0
    while atomic_read(offset(team, FINISHED)) < end:
        looks += 1
        rest(plan, looks)


@njit(inline="never", **NUMPY)
def share_parts(plan, work, job, task):
    """Have the team do a task in as many parts as it has threads, within a unit of another one."""
    before = job.task
    job.task = task
    _share(plan, work, work.team, np.int64(0), plan.threads)
    job.task = before


@njit(**NUMPY)
def await_turn(plan, team, chunk, block):
    """Wait until a block of the gradient holds the samples of all chunks before this one.

    Those were claimed before it, so that somebody is at work on them.
    """
    if chunk == 0:
        return
    turn = offset(team, TURNS + APART * ((chunk - 1) % (plan.threads + 1)))
    looks = 0
    while atomic_read(turn) <= (chunk - 1) * plan.blocks + block:
        looks += 1
        rest(plan, looks)


@njit(**NUMPY)
def end_turn(plan, team, chunk, block):
    """Let the next chunk go on with a block of the gradient."""
    turn = offset(team, TURNS + APART * (chunk % (plan.threads + 1)))
    atomic_write(turn, chunk * plan.blocks + block + 1)


@njit(**NUMPY)
def dispatch(plan, work, team, begin, end):
    """Do units of the job in `work.job`, together with the other threads."""
    alone = plan.threads == 1 or end - begin == 1
    if alone and record(work.job, 0).task != IN_TURN:  # who waits for a turn needs to know of it
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


@njit(**NUMPY)
def _is_left(plan, team):
    """Whether some thread's share has a unit that nobody has claimed."""
    for n in range(plan.threads):
        claim = atomic_read(offset(team, CLAIMS + APART * n))
        if claim & np.int64(0xFFFFFFFF) < claim >> 32:
            return True
    return False


@njit(inline="never", **NUMPY)
def assist(plan, work, team, thread):
    """What the other threads do until the first one ends the call."""
    looks = 0
    while atomic_read(offset(team, ENDED)) == 0:
        if _is_left(plan, team):
            do_units(plan, work, team, thread)
            looks = 0
        else:
            looks += 1
            rest(plan, looks)
