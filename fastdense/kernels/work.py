"""What a step works on, and the linked kernel that does any part of a step's work."""

from collections import namedtuple
from functools import cache

from numba import types

from fastdense.kernels import layout
from fastdense.kernels.gradient import accumulate_for
from fastdense.kernels.network import propagate_for
from fastdense.kernels.pointers import record


@cache
def work_fields(kind):
    """Names and types of the pointers in a `Work`; shapes in devices/cpu.py."""
    float64, int64 = types.float64, types.int64
    fields = {
        "plan": layout.plan_type,
        "state": layout.state_type,
        "job": layout.job_type,
        "layers": layout.layer_type,
        "parameters": kind,  # and behind them the optimizer's slots
        "gradient": kind,
        "scalars": float64,  # of the optimizer's step
        "arena": kind,
        "scratch": kind,
        "inputs": kind,
        "targets": kind,
        "weights": float64,
        "test_inputs": kind,
        "test_targets": kind,
        "predictions": kind,
        "order": int64,
        "losses": float64,  # of each sample
        "sample_weights": float64,
        "correct": int64,  # of each chunk
        "loss_hyper": kind,
        "optimizer_hyper": float64,
        "powers": float64,  # running products of the optimizer
        "sizes": float64,  # of the pre-activations: sixteen partial sums a layer
    }
    return {name: types.CPointer(pointed) for name, pointed in fields.items()}


Work = namedtuple("Work", work_fields(types.float32))


def work(kind):
    """`(pointers of a Work, member, begin, end)`: units of the job, by one member of the team.

    The matrix product is compiled into this kernel alone. The training loop calls it a few times
    a step.
    """
    propagate, accumulate = propagate_for(kind), accumulate_for(kind)

    def work(plan, state, job, layers, parameters, gradient, scalars, arena, scratch, inputs,
             targets, weights, test_inputs, test_targets, predictions, order, losses,
             sample_weights, correct, loss_hyper, optimizer_hyper, powers, sizes, member, begin,
             end):  # fmt: skip
        work = Work(
            plan, state, job, layers, parameters, gradient, scalars, arena, scratch, inputs,
            targets, weights, test_inputs, test_targets, predictions, order, losses,
            sample_weights, correct, loss_hyper, optimizer_hyper, powers, sizes,
        )  # fmt: skip
        if record(job, 0).task == layout.PROPAGATE:
            for chunk in range(begin, end):
                propagate(work, member, chunk)
        else:
            for block in range(begin, end):
                accumulate(work, member, block)

    return work, types.void(*work_fields(kind).values(), types.int64, types.int64, types.int64)
