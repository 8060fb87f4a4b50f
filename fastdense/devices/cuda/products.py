"""The matrix product of a whole grid: each block makes tiles of it, whose parts are staged.

    C[m, n] = start[m, n] + sum over ascending k of A[m, k] * B[k, n]

A tile is `tall * side` rows by `wide * side` columns for a block of `tall * wide` threads, each of
which keeps a square of `side * side` chains in registers. A few k at a time, the numbers that a
tile needs of A and B are copied into memory that its block shares, while those before are used.
Wide squares need fewer reads, but may leave a part of the GPU without a tile; so their side is the
one that ends first by what it costs.
"""

from collections import namedtuple

from fastdense.devices.cuda import grid
from fastdense.devices.cuda.tiles import BIAS, GO_ON, unchecked
from fastdense.numerics.primitives import fma

WORD = 4  # numbers that a thread reads at once

# Threads of a block, `tall` by `wide`; how many k are staged together; sides of squares from the
# largest, which has the fewest reads for a multiply-add: powers of two, no side above `wide`.
Shape = namedtuple("Shape", "tall wide depth sides")
Matrix = namedtuple(
    "Matrix", "array first line step"
)  # number (i, k) is at first + i line + k step


def numbers(count, read):
    """`make(x)`: the tuple `(read(x, 0), ..., read(x, count - 1))`."""
    if count == 0:
        return lambda x: ()
    before, last = numbers(count - 1, read), count - 1
    return lambda x: before(x) + (read(x, last),)


def pairwise(count, function):
    """`apply(x, many, others)`: a tuple of `function(x, one, other)` for each of the many."""
    if count == 0:
        return lambda x, many, others: ()
    before, last = pairwise(count - 1, function), count - 1
    return lambda x, many, others: (
        before(x, many, others) + (function(x, many[last], others[last]),)
    )


def visit(count, function):
    """`apply(x, many)`: calls `function(x, i, many[i])` for each."""
    if count == 0:
        return lambda x, many: None
    before, last = visit(count - 1, function), count - 1

    def apply(x, many):
        before(x, many)
        function(x, last, many[last])

    return apply


def repeat(count, function):
    """`apply(x, state)`: the state after `function(x, i, state)` for each i."""
    if count == 0:
        return lambda x, state: state
    before, last = repeat(count - 1, function), count - 1
    return lambda x, state: function(x, last, before(x, state))


def line_of(count):
    """How far apart the numbers of two k are staged: so that threads write to different banks."""
    return count + WORD


def room_of(shape, side):
    """Numbers of the memory that a block shares for A, and for B.

    Those of the next k are read before it is known that there are none: one line more.
    """
    return tuple((2 * shape.depth + 1) * line_of(count * side) for count in shape[:2])


def stage_for(cast, threads, size, depth):
    """Functions that copy `depth` k of `size` lines, each thread its part, by way of registers.

    `begin(own, matrix)`: the first (line, k) of a thread, and how far apart its numbers are there.
    `fetch(place, matrix, lines, k, k0, one)`: a thread's numbers of k0 and those that follow; zero
    beyond the edges, but one in line `one`.
    `put(place, matrix, array, first, many)`: the numbers to where they are read.
    """
    count, across = depth * size // threads, line_of(size)
    by_depth, by_size = depth.bit_length() - 1, size.bit_length() - 1
    lines_apart, k_apart = threads // depth, threads // size
    half_lines, half_k = lines_apart.bit_length() - 1, k_apart.bit_length() - 1

    def inside(x, q):
        array, first, step, _, _ = x
        return array[unchecked(first + q * step)]

    def checked(x, q):
        array, first, step, known, one = x
        return array[unchecked(first + q * step)] if q < known else cast(q == one)

    fetch_whole, fetch_checked = numbers(count, inside), numbers(count, checked)

    def begin(own, matrix):
        # Neighbors read neighbors.
        if matrix.step == 1:
            return own >> by_depth, own & (depth - 1), lines_apart * matrix.line
        return own & (size - 1), own >> by_size, k_apart * matrix.step

    def fetch(place, matrix, lines, k, k0, one):
        i, kk, apart = place
        first = matrix.first + i * matrix.line + (k0 + kk) * matrix.step
        if k0 + depth <= k and lines >= size:
            return fetch_whole((matrix.array, first, apart, 0, 0))
        if matrix.step == 1:
            known = (lines - i + lines_apart - 1) >> half_lines if k0 + kk < k else 0
            marked = (one - i) >> half_lines if (one - i) & (lines_apart - 1) == 0 else -1
        else:
            known = (k - k0 - kk + k_apart - 1) >> half_k if i < lines else 0
            marked = -1
        return fetch_checked((matrix.array, first, apart, known, marked))

    def write(x, q, number):
        array, first, step = x
        array[unchecked(first + q * step)] = number

    write_all = visit(count, write)

    def put(place, matrix, array, first, many):
        i, kk, _ = place
        step = lines_apart if matrix.step == 1 else k_apart * across
        write_all((array, first + kk * across + i, step), many)

    return begin, fetch, put


def tile_for(cast, shape, side):
    """`tile(left, right, a, b, c, m, n, k, one, start, bias, pbias)`: a tile of C.

    `left` and `right` are memory of the block, `a`, `b` and `c` matrices, of which `m` by `n`
    numbers are there, which may be more than a tile has. If row `one` of A is not below zero, it
    is a last one that is not there: of ones.
    """
    tall, wide, depth, _ = shape
    thread, meet = grid.thread, grid.meet
    height, width, by_wide = tall * side, wide * side, wide.bit_length() - 1
    across_left, across_right = line_of(height), line_of(width)
    word = min(side, WORD)
    begin_left, fetch_left, put_left = stage_for(cast, tall * wide, height, depth)
    begin_right, fetch_right, put_right = stage_for(cast, tall * wide, width, depth)

    def place(i, own, across):
        """Of number `i` of a thread: its words are `across` words apart."""
        return (i // word * across + own) * word + i % word

    def read_left(x, i):
        array, first, own = x
        return array[unchecked(first + place(i, own, tall))]

    def read_right(x, i):
        array, first, own = x
        return array[unchecked(first + place(i, own, wide))]

    lefts, rights = numbers(side, read_left), numbers(side, read_right)
    add_row = pairwise(side, lambda x, y, total: fma(x, y, total))
    add = pairwise(side, lambda right, x, row: add_row(x, right, row))

    def step(x, kk, state):
        """One k; the numbers of the next one are read before."""
        left, first_left, down, right, first_right, along = x
        sums, these, those = state
        after = lefts((left, first_left + (kk + 1) * across_left, down))
        next_to = rights((right, first_right + (kk + 1) * across_right, along))
        return add(those, these, sums), after, next_to

    add_all = repeat(depth, step)

    def add_some(x, count, sums):
        left, first_left, down, right, first_right, along = x
        for kk in range(count):
            these = lefts((left, first_left + kk * across_left, down))
            sums = add(rights((right, first_right + kk * across_right, along)), these, sums)
        return sums

    def number_of(x, i):
        c, first, n, along = x
        column = place(i, along, wide)
        return c[unchecked(first + column)] if column < n else cast(0)

    row_of, same = numbers(side, number_of), numbers(side, lambda x, i: x)

    def start_row(x, i):
        c, m, n, down, along, start, bias, pbias = x
        row = place(i, down, tall)
        if start == GO_ON and row < m:
            return row_of((c.array, c.first + row * c.line, n, along))
        return same(bias[unchecked(pbias + row)] if start == BIAS and row < m else cast(0))

    start_rows = numbers(side, start_row)

    def put_number(x, i, number):
        c, first, n, along = x
        column = place(i, along, wide)
        if column < n:
            c[unchecked(first + column)] = number

    put_numbers = visit(side, put_number)

    def put_row(x, i, row):
        c, m, n, down, along = x
        here = place(i, down, tall)
        if here < m:
            put_numbers((c.array, c.first + here * c.line, n, along), row)

    put_rows = visit(side, put_row)

    def tile(left, right, a, b, c, m, n, k, one, start, bias, pbias):
        own = thread()
        down, along = own >> by_wide, own & (wide - 1)
        given = one if one >= 0 else m
        sums = start_rows((c, m, n, down, along, start, bias, pbias))
        from_left, from_right = begin_left(own, a), begin_right(own, b)
        new_left = fetch_left(from_left, a, given, k, 0, one)
        new_right = fetch_right(from_right, b, n, k, 0, -1)
        meet()  # until the tile before is read
        k0, first_left, first_right = 0, 0, 0
        while k0 < k:
            put_left(from_left, a, left, first_left, new_left)
            put_right(from_right, b, right, first_right, new_right)
            meet()
            x = left, first_left, down, right, first_right, along
            if k0 + depth < k:
                new_left = fetch_left(from_left, a, given, k, k0 + depth, one)
                new_right = fetch_right(from_right, b, n, k, k0 + depth, -1)
            if k0 + depth <= k:
                these, those = lefts(x[:3]), rights(x[3:])
                sums, _, _ = add_all(x, (sums, these, those))
            else:
                sums = add_some(x, k - k0, sums)
            k0 += depth
            # The half of the memory that was read before.
            first_left = depth * across_left - first_left
            first_right = depth * across_right - first_right
        put_rows((c, m, n, down, along), sums)

    return tile


def product_for(cast, shape, shared):
    """`multiply(processors, a, b, c, m, n, k, one, start, bias, pbias)`: C, by a whole grid.

    Arguments are those of a tile. `processors` is how many tiles are made at the same time.
    """
    block, blocks, tall, wide = grid.block, grid.blocks, shape.tall, shape.wide

    def rounds(m, n, side, processors):
        height, width = tall * side, wide * side
        tiles = ((m + height - 1) // height) * ((n + width - 1) // width)
        return (tiles + processors - 1) // processors

    def by(sides):
        """`least(m, n, processors)`: the costs of the best side; `run(left, ...)`: all by it."""
        side, rest = sides[0], sides[1:]
        # Of each k: its multiply-adds, and the numbers that are read for them.
        effort = side * side + 2 * side
        height, width = tall * side, wide * side
        tile = tile_for(cast, shape, side)

        def cost(m, n, processors):
            return rounds(m, n, side, processors) * effort

        def every(left, right, processors, a, b, c, m, n, k, one, start, bias, pbias):
            across = (n + width - 1) // width
            for number in range(block(), (m + height - 1) // height * across, blocks()):
                i, j = number // across * height, number % across * width
                own_a = Matrix(a.array, a.first + i * a.line, a.line, a.step)
                own_b = Matrix(b.array, b.first + j * b.line, b.line, b.step)
                own_c = Matrix(c.array, c.first + i * c.line + j, c.line, 1)
                tile(left, right, own_a, own_b, own_c, m - i, n - j, k, one - i, start, bias,
                     pbias + i)  # fmt: skip

        if not rest:
            return cost, every
        least_of_rest, run_rest = by(rest)

        def least(m, n, processors):
            return min(cost(m, n, processors), least_of_rest(m, n, processors))

        def run(left, right, processors, a, b, c, m, n, k, one, start, bias, pbias):
            if cost(m, n, processors) <= least_of_rest(m, n, processors):
                every(left, right, processors, a, b, c, m, n, k, one, start, bias, pbias)
            else:
                run_rest(left, right, processors, a, b, c, m, n, k, one, start, bias, pbias)

        return least, run

    _, run = by(shape.sides)
    left_of_block, right_of_block = (
        shared(cast, count) for count in room_of(shape, max(shape.sides))
    )

    def multiply(processors, a, b, c, m, n, k, one, start, bias, pbias):
        left, right = left_of_block(), right_of_block()
        run(left, right, processors, a, b, c, m, n, k, one, start, bias, pbias)

    return multiply
