"""The penalty of a mini-batch, and by what it is divided where that is its weights' sum."""

from functools import cache

import numpy as np
from numba import njit, types

from fastdense.kernels.compile.compiler import COLD, NUMPY
from fastdense.kernels.compile.pointers import offset, record
from fastdense.kernels.layout import PARTIAL_SUMS
from fastdense.kernels.samples.sums import clear, total


@njit(**NUMPY)
def add_penalties(parameters, count, penalties, partial, lanes):
    """Add l1 |w| + l2 w^2 of some weights; `penalties` are l1 and 2 l2 of the lanes."""
    begin = 0
    while begin < count:
        length = min(count - begin, PARTIAL_SUMS)
        for i in range(length):
            for lane in range(lanes):
                w = float(parameters[(begin + i) * lanes + lane])
                l1, l2 = float(penalties[lane]), 0.5 * float(penalties[lanes + lane])
                partial[i * lanes + lane] += l1 * abs(w) + l2 * (w * w)
        begin += length


@cache
def batch_for(kind, packed):
    """`begin_batch(plan, state, work, count, partial)`, for one network or a pack."""
    cast = np.float32 if kind == types.float32 else np.float64

    @njit(**COLD)
    def begin_batch(plan, state, work, count, partial):
        """Add up the penalty of a mini-batch of `count` samples, and find what divides it.

        A batch whose weights are all zero changes nothing but the optimizer's state.
        """
        lanes = plan.lanes if packed else np.int64(1)
        if plan.penalized and state.summed and state.done == 0:
            clear(partial, lanes)
            for index in range(plan.depth):
                layer = record(work.layers, index)
                first, many = layer.weights, layer.penalized
                penalties = offset(work.penalties, (1 + 4 * index) * lanes)
                for _ in range(2):  # the weights, and the rest of what is trained
                    parameters = offset(work.parameters, first * lanes)
                    add_penalties(parameters, many, penalties, partial, lanes)
                    first, many = first + many, layer.trained - many
                    penalties = offset(penalties, 2 * lanes)
        for lane in range(lanes):
            weight = float(count)
            if plan.by_weight and plan.weighted:
                first = plan.samples * work.draws[lane] if packed else np.int64(0)
                weight = 0.0
                for b in range(count):
                    weight += work.weights[first + work.order[(state.position + b) * lanes + lane]]
            each = 1.0 / weight if weight > 0.0 else 0.0
            share = float(count)
            if plan.by_weight:
                work.shares[lane] = share = count * each
                work.penalty_shares[lane] = cast(each)
            if plan.penalized and state.summed and state.done == 0:
                work.running_penalty[lane] += total(partial, lane, lanes) * share

    return begin_batch
