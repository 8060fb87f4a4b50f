"""The linked kernel that does any part of a step's work."""

from numba import types

from fastdense.kernels import layout
from fastdense.kernels.compile.pointers import record
from fastdense.kernels.layers.gradient import accumulate_for, take_for
from fastdense.kernels.layers.network import propagate_for
from fastdense.kernels.layers.pack import accumulate_pack_for, propagate_pack_for
from fastdense.kernels.loop.team import await_turn
from fastdense.kernels.records import TABLE, work_reader


def work(kind):
    """`(table of a Work, thread, begin, end)`: units of the job, by one thread of the team.

    The matrix product is compiled into this kernel alone. The training loop calls it a few times
    a step.
    """
    return _work(kind, False, propagate_for(kind), accumulate_for(kind), take_for(kind))


def pack_work(kind):
    """`work` of a pack."""
    return _work(kind, True, propagate_pack_for(kind), accumulate_pack_for(kind), None)


def _work(kind, packed, propagate, accumulate, take):
    read = work_reader(kind, packed)

    def work(table, thread, begin, end):
        work = read(table)
        task = record(work.job, 0).task
        if task == layout.ACCUMULATE:
            for block in range(begin, end):
                accumulate(work, thread, block)
            return
        for chunk in range(begin, end):
            propagate(work, thread, chunk)
            if not packed and task == layout.IN_TURN:
                await_turn(record(work.plan, 0), work.team, chunk)
                take(work, thread, chunk)

    return work, types.void(TABLE, types.int64, types.int64, types.int64)
