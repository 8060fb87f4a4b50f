"""Who trains a network: a thread alone, or all threads of a grid together.

What is done to a network is written once, for a team. Vectors are shared out by the ranks of
threads; blocks of samples by rows and samples, so that the neighbors of a warp have neighboring
samples; products as tiles. Before a stage that reads what others have written, all wait for each
other. A thread alone has everything and never waits: that is compiled away.
"""

from collections import namedtuple

from fastdense.devices.cuda import grid, layout
from fastdense.devices.cuda.layout import WARP, makes_view
from fastdense.devices.cuda.products import numbers, product_for, visit
from fastdense.devices.cuda.tiles import GO_ON, product, unchecked
from fastdense.kernels.layout import PARTIAL_SUMS
from fastdense.kernels.samples.sums import (
    add_squared_differences,
    add_squares,
    clear,
    total,
)
from fastdense.numerics.primitives import fma

FIELDS = {
    "alone": "whether it is one thread",
    "width": "how far apart the numbers of a network stand",
    "at": "`at(lane, rows, row)`: where a row of a lane's network stands",
    "column": "`column(array, place, count)`: rows as an array of their own",
    "plane": "`plane(array, lane, row, count, first)`: rows as an array (rows, samples)",
    "rank": "the number of a thread",
    "size": "how many threads there are",
    "row": "the first of a thread's rows",
    "row_step": "how far apart they are",
    "sample": "the first of its samples",
    "sample_step": "how far apart they are",
    "adder": "`adder(first)`: the first of the samples that a thread adds to sums of samples",
    "adder_step": "how far apart they are",
    "wait": "returns when all threads have called it",
    "by_sample": "`by_sample(function)`: calls `function(work, lane, what, samples, first)`",
    "once": "`once(function, count)`: the numbers that one thread's call returns, for all",
    "squares": "`squares(values, count, sums)`: the sum of squares, by way of partial sums",
    "differences": "`differences(values, others, count, sums)`: that of their differences'",
    "add": "`add(array, place, number)`: adds to a number that all threads add to",
    "multiply": "`multiply(processors, a, b, c, m, n, k, one, start, bias, pbias)`: a product",
}
Team = namedtuple("Team", FIELDS)


def zero():
    return 0


def one():
    return 1


def nothing():
    pass


def one_thread():
    """The team of a thread that has a network for itself."""

    @makes_view
    def plane(array, lane, row, count, first):
        return array[lane >> 5, row : row + count, :, lane & 31]

    def by_sample(function):
        return lambda work, lane, what, samples: function(work, lane, what, samples, 0)

    def squares(values, count, sums):
        clear(sums, 1)
        add_squares(values, count, sums, 1)
        return total(sums, 0, 1)

    def differences(values, others, count, sums):
        clear(sums, 1)
        add_squared_differences(values, others, count, sums, 1)
        return total(sums, 0, 1)

    def add(array, place, number):
        array[place] += number

    def multiply(processors, a, b, c, m, n, k, ones, start, bias, pbias):
        rows = ones if ones >= 0 else m
        product(
            a.array, a.first, a.line, a.step, b.array, b.first, b.line, b.step, c.array, c.first,
            c.line, c.step, rows, n, k, start, bias, pbias,
        )  # fmt: skip
        if ones < 0:
            return
        zero_of, one_of = type(a.array[0])(0), type(a.array[0])(1)
        place = c.first + ones * c.line
        for j in range(n):
            sum_of = c.array[unchecked(place + j * c.step)] if start == GO_ON else zero_of
            for i in range(b.first + j * b.line, b.first + j * b.line + k * b.step, b.step):
                sum_of = fma(one_of, b.array[unchecked(i)], sum_of)
            c.array[unchecked(place + j * c.step)] = sum_of

    return Team(
        alone=True, width=WARP, at=layout.at, column=layout.column, plane=plane, rank=zero,
        size=one, row=zero, row_step=one, sample=zero, sample_step=one,
        adder=lambda first: 0, adder_step=one, wait=nothing, by_sample=by_sample,
        once=lambda function, count: function, squares=squares, differences=differences, add=add,
        multiply=multiply,
    )  # fmt: skip


def whole_grid(cast, shape, shared):
    """The team of all threads of a grid, whose blocks have a `shape`.

    `shared(cast, count)` makes a function that returns an array that a block shares.
    """
    block, blocks, thread, wait = grid.block, grid.blocks, grid.thread, grid.wait
    own_number = grid.own_number
    threads = shape.tall * shape.wide
    warp = min(WARP, threads // 2)
    warps = threads // warp

    def at(lane, rows, row):
        return row

    @makes_view
    def column(array, place, count):
        return array[place : place + count]

    @makes_view
    def plane(array, lane, row, count, first):
        return array[0, row : row + count, first:, 0]

    def rank():
        return block() * threads + thread()

    def size():
        return blocks() * threads

    def row():
        return thread() // warp * blocks() + block()

    def row_step():
        return warps * blocks()

    def sample():
        return thread() % warp

    def sample_step():
        return warp

    def adder_step():
        return min(PARTIAL_SUMS, size())

    def adder(first):
        # A thread adds to the same sums each time; most have none.
        step = adder_step()
        return (rank() - first) % step if rank() < step else grid_end

    grid_end = 1 << 62  # beyond all samples

    def by_sample(function):
        def every(work, lane, what, samples):
            for b in range(rank(), samples, size()):
                function(work, lane, what, 1, b)

        return every

    def once(function, count):
        put = visit(count, lambda x, i, number: write(x, i, number))
        read = numbers(count, lambda x, i: x[i])

        def write(array, i, number):
            array[i] = number

        def for_all(work, lane, step):
            if rank() == 0:
                put(work.scalars, function(work, lane, step))
            wait()
            return read(work.scalars)

        return for_all

    def squares(values, count, sums):
        wait()
        own = own_number()
        for part in range(rank(), PARTIAL_SUMS, size()):
            own[0] = 0.0
            for i in range(part, count, PARTIAL_SUMS):
                add_squares(values[i : i + 1], 1, own, 1)
            sums[part] = own[0]
        wait()
        return total(sums, 0, 1)

    def differences(values, others, count, sums):
        wait()
        own = own_number()
        for part in range(rank(), PARTIAL_SUMS, size()):
            own[0] = 0.0
            for i in range(part, count, PARTIAL_SUMS):
                add_squared_differences(values[i : i + 1], others[i : i + 1], 1, own, 1)
            sums[part] = own[0]
        wait()
        return total(sums, 0, 1)

    return Team(
        alone=False, width=1, at=at, column=column, plane=plane, rank=rank, size=size, row=row,
        row_step=row_step, sample=sample, sample_step=sample_step, adder=adder,
        adder_step=adder_step, wait=wait, by_sample=by_sample, once=once, squares=squares,
        differences=differences, add=grid.add, multiply=product_for(cast, shape, shared),
    )  # fmt: skip
