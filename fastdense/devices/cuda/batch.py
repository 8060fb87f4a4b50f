"""The penalty of a mini-batch, and by what it is divided where that is its weights' sum.

What `kernels/loop/batch.py` does for the CPU, in the same order.
"""

import numpy as np

from fastdense.devices.cuda.passes import partial_sums_for, row_for
from fastdense.kernels.layout import PARTIAL_SUMS
from fastdense.kernels.loop.batch import add_penalties
from fastdense.kernels.samples.sums import total


def batch_for(dtype, team):
    """`begin_batch(work, lane, position, count, epoch, summed)`: before a mini-batch's samples.

    A batch whose weights are all zero changes nothing but the optimizer's state.
    """
    cast = np.dtype(dtype).type
    width, at, column, wait = team.width, team.at, team.column, team.wait
    rank, size, partial_sums, row_of = team.rank, team.size, partial_sums_for(team), row_for(team)

    def add_up(work, lane):
        plan = work.plan[0]
        wait()
        for part in range(rank(), PARTIAL_SUMS, size()):
            own_sum = column(work.partial, at(lane, PARTIAL_SUMS, part), 1)
            own_sum[0] = 0.0
            for index in range(plan.depth):
                layer = work.layers[index]
                place = at(lane, plan.numbers, layer.weights)
                penalties = at(lane, 1 + 4 * plan.depth, 1 + 4 * index)
                # The weights, and the rest of what is trained.
                first, end = 0, layer.n_weights
                for _ in range(2 if layer.trained > 0 else 0):
                    both = column(work.penalties, penalties, 2)
                    for i in range(first + part, end, PARTIAL_SUMS):
                        w = column(work.parameters, place + i * width, 1)
                        add_penalties(w, 1, both, own_sum, 1)
                    first, end, penalties = end, layer.trained, penalties + 2 * width
        wait()

    def begin_batch(work, lane, position, count, epoch, summed):
        plan, place = work.plan[0], at(lane, 1, 0)
        if plan.penalized and summed != 0:
            add_up(work, lane)
        weight = np.float64(count)
        if plan.by_weight and plan.weighted:
            weight = np.float64(0)
            for b in range(count):
                row = row_of(work, lane, position + b, epoch, True)
                weight += work.weights[work.draws[lane] * plan.samples + row]
        each = 1.0 / weight if weight > 0.0 else 0.0
        share = np.float64(count)
        if plan.by_weight:
            share = share * each
        if rank() == 0:
            if plan.by_weight:
                work.shares[place] = share
                work.penalty_shares[place] = cast(each)
            if plan.penalized and summed != 0:
                work.running_penalty[place] += total(partial_sums(work.partial, lane), 0, 1) * share
        wait()

    return begin_batch
