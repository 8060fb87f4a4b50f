"""The matrix product of a thread: squares of it in registers, each number one chain.

    C[m, n] = start[m, n] + sum over ascending k of A[m, k] * B[k, n]

Arrays are flat; places and steps count numbers. A square of four by four takes eight numbers from
memory for sixteen multiply-adds.
"""

from fastdense.numerics.primitives import fma

SIDE = 4
ZERO, GO_ON, BIAS = range(3)  # what a chain starts from: zero, C itself, or a number for each row


def unchecked(place):
    """A place that is not below zero: compiled code need not ask if it counts from the end."""
    return place


def four(a, place, step):
    """Four numbers, `step` apart."""
    return (
        a[unchecked(place)],
        a[unchecked(place + step)],
        a[unchecked(place + 2 * step)],
        a[unchecked(place + 3 * step)],
    )


def put_four(a, place, step, values):
    """The other way round."""
    a[unchecked(place)] = values[0]
    a[unchecked(place + step)] = values[1]
    a[unchecked(place + 2 * step)] = values[2]
    a[unchecked(place + 3 * step)] = values[3]


def add_line(sums, x, row):
    """Four chains, all by the same factor."""
    return (
        fma(x, row[0], sums[0]),
        fma(x, row[1], sums[1]),
        fma(x, row[2], sums[2]),
        fma(x, row[3], sums[3]),
    )


def start_line(start, c, place, step, first):
    """What four chains start from."""
    if start == GO_ON:
        return four(c, place, step)
    return first, first, first, first


def begin(start, zero, bias, place):
    """What the chains of a row start from, if not from C."""
    return bias[unchecked(place)] if start == BIAS else zero


def square(a, pa, sam, sak, b, pb, sbn, sbk, c, pc, scm, scn, k, start, bias, pbias):
    """Four by four numbers of C."""
    zero = type(a[0])(0)
    sums = (
        start_line(start, c, pc, scn, begin(start, zero, bias, pbias)),
        start_line(start, c, pc + scm, scn, begin(start, zero, bias, pbias + 32)),
        start_line(start, c, pc + 2 * scm, scn, begin(start, zero, bias, pbias + 64)),
        start_line(start, c, pc + 3 * scm, scn, begin(start, zero, bias, pbias + 96)),
    )
    for _ in range(k):
        left, right = four(a, pa, sam), four(b, pb, sbn)
        sums = (
            add_line(sums[0], left[0], right),
            add_line(sums[1], left[1], right),
            add_line(sums[2], left[2], right),
            add_line(sums[3], left[3], right),
        )
        pa += sak
        pb += sbk
    put_four(c, pc, scn, sums[0])
    put_four(c, pc + scm, scn, sums[1])
    put_four(c, pc + 2 * scm, scn, sums[2])
    put_four(c, pc + 3 * scm, scn, sums[3])


def line(a, pa, sak, b, pb, sbn, sbk, c, pc, scn, k, start, first):
    """Four neighbors in a row of C, or by exchanged arguments in a column."""
    sums = start_line(start, c, pc, scn, first)
    for _ in range(k):
        sums = add_line(sums, a[unchecked(pa)], four(b, pb, sbn))
        pa += sak
        pb += sbk
    put_four(c, pc, scn, sums)


def single(a, pa, sak, b, pb, sbk, c, pc, k, start, first):
    """One number of C."""
    total = c[unchecked(pc)] if start == GO_ON else first
    for _ in range(k):
        total = fma(a[unchecked(pa)], b[unchecked(pb)], total)
        pa += sak
        pb += sbk
    c[unchecked(pc)] = total


def product(a, pa, sam, sak, b, pb, sbn, sbk, c, pc, scm, scn, m, n, k, start, bias, pbias):
    """All of C (m, n); k is at least 1, and biases are 32 apart."""
    zero = type(a[0])(0)
    i = 0
    while i < m:
        ai, ci, di = pa + i * sam, pc + i * scm, pbias + i * 32
        rows = SIDE if m - i >= SIDE else 1
        j = 0
        while j < n:
            bj, cj = pb + j * sbn, ci + j * scn
            columns = SIDE if n - j >= SIDE else 1
            if rows == SIDE and columns == SIDE:
                square(a, ai, sam, sak, b, bj, sbn, sbk, c, cj, scm, scn, k, start, bias, di)
            elif columns == SIDE:
                first = begin(start, zero, bias, di)
                line(a, ai, sak, b, bj, sbn, sbk, c, cj, scn, k, start, first)
            else:
                for row in range(rows):
                    first = begin(start, zero, bias, di + row * 32)
                    place = cj + row * scm
                    single(a, ai + row * sam, sak, b, bj, sbk, c, place, k, start, first)
            j += columns
        i += rows
