"""The linked kernel that does any part of a step's work."""

from numba import types

from fastdense.kernels import layout
from fastdense.kernels.compile.pointers import record
from fastdense.kernels.layers.gradient import accumulate_for, apply_for, take_for
from fastdense.kernels.layers.network import part_for, propagate_for
from fastdense.kernels.layers.pack import accumulate_pack_for, propagate_pack_for
from fastdense.kernels.loop.team import await_turn, end_turn, share_parts
from fastdense.kernels.records import TABLE, work_reader


def work(kind):
    """`(table of a Work, thread, begin, end)`: units of the job, by one thread of the team.

    The matrix product is compiled into this kernel alone. The training loop calls it a few times
    a step.
    """
    return _work(
        kind,
        False,
        propagate_for(kind, share_parts),
        accumulate_for(kind),
        take_for(kind),
        apply_for(kind),
        part_for(kind),
    )


def pack_work(kind):
    """`work` of a pack."""
    return _work(kind, True, propagate_pack_for(kind), accumulate_pack_for(kind))


def _work(kind, packed, propagate, accumulate, take=None, apply=None, do_part=None):
    read = work_reader(kind, packed)

    def work(table, thread, begin, end):
        work = read(table)
        job = record(work.job, 0)
        if job.task == layout.ACCUMULATE:
            for block in range(begin, end):
                accumulate(work, thread, block)
            return
        if not packed and (job.task == layout.FORWARD or job.task == layout.BACKWARD):
            for part in range(begin, end):
                do_part(work, thread, part)
            return
        for chunk in range(begin, end):
            if packed or job.task != layout.IN_TURN:
                propagate(work, thread, chunk)
                continue
            plan, chunks = record(work.plan, 0), (job.samples + job.columns - 1) // job.columns
            if chunk < chunks:
                propagate(work, thread, chunk)
            for block in range(plan.blocks):
                await_turn(plan, work.team, chunk, block)
                if chunk < chunks:
                    take(work, thread, chunk, block)
                    end_turn(plan, work.team, chunk, block)
                else:  # the unit behind them is the update
                    apply(work, block)

    return work, types.void(TABLE, types.int64, types.int64, types.int64)
