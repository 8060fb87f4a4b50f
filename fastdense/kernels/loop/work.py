"""What a step works on, and the linked kernel that does any part of a step's work."""

from collections import namedtuple

from numba import types

from fastdense.kernels import layout
from fastdense.kernels.compile.pointers import call, record, tuple_reader
from fastdense.kernels.layers.gradient import accumulate_for, take_for
from fastdense.kernels.layers.network import propagate_for
from fastdense.kernels.layers.pack import accumulate_pack_for, propagate_pack_for
from fastdense.kernels.loop.team import await_turn
from fastdense.kernels.records import (
    job_type,
    keep_type,
    layer_type,
    network_type,
    plan_type,
    state_type,
)

FLOAT64, INT64 = types.float64, types.int64
# What the pointers of a `Work` point at, where it is not a number of the training's dtype.
POINTED = {
    "plan": plan_type,
    "state": state_type,
    "job": job_type,
    "layers": layer_type,
    "networks": network_type,
    "seeds": INT64,
    "keep": keep_type,
    "rates": FLOAT64,
    "scalars": FLOAT64,
    "weights": FLOAT64,
    "order": INT64,
    "losses": FLOAT64,
    "sample_weights": FLOAT64,
    "correct": INT64,
    "hits": INT64,
    "optimizer_hyper": FLOAT64,
    "powers": FLOAT64,
    "sizes": FLOAT64,
    "team": INT64,
}

Work = namedtuple("Work", layout.WORK)


def work_types(kind, packed):
    """Types of the pointers in a `Work` of one network or of a pack."""
    pointed = {**POINTED, "scalars": kind} if packed else POINTED
    return [types.CPointer(pointed.get(name, kind)) for name in layout.WORK]


def work(kind):
    """`(pointers of a Work, member, begin, end)`: units of the job, by one member of the team.

    The matrix product is compiled into this kernel alone. The training loop calls it a few times
    a step.
    """
    return _work(kind, False, propagate_for(kind), accumulate_for(kind), take_for(kind))


def pack_work(kind):
    """`work` of a pack."""
    return _work(kind, True, propagate_pack_for(kind), accumulate_pack_for(kind), None)


def _work(kind, packed, propagate, accumulate, take):
    def work(plan, state, job, layers, parameters, gradient, networks, seeds, keep, rates, held,
             penalties, scalars, arena, scratch, inputs, targets, weights, test_inputs,
             test_targets, predictions, order, losses, sample_weights, correct, hits, loss_hyper,
             optimizer_hyper, powers, sizes, team, member, begin, end):  # fmt: skip
        work = Work(
            plan, state, job, layers, parameters, gradient, networks, seeds, keep, rates, held,
            penalties, scalars, arena, scratch, inputs, targets, weights, test_inputs,
            test_targets, predictions, order, losses, sample_weights, correct, hits, loss_hyper,
            optimizer_hyper, powers, sizes, team,
        )  # fmt: skip
        task = record(job, 0).task
        if task == layout.ACCUMULATE:
            for block in range(begin, end):
                accumulate(work, member, block)
            return
        for chunk in range(begin, end):
            propagate(work, member, chunk)
            if not packed and task == layout.IN_TURN:
                await_turn(record(plan, 0), team, chunk)
                take(work, member, chunk)

    return work, types.void(*work_types(kind, packed), INT64, INT64, INT64)


def relay(kind):
    """`(table, member, begin, end)`: calls the kernel behind the addresses in `table`.

    The addresses are those of a `Work` and then the kernel's. From Python four arguments take a
    microsecond, and one for each array take three.
    """
    count = len(layout.WORK)
    read = tuple_reader(count)

    def relay(table, member, begin, end):
        call(table[count], (read(table), member, begin, end))

    return relay, types.void(types.CPointer(INT64), INT64, INT64, INT64)
