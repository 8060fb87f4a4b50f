"""The register tile: a matrix-product micro-kernel emitted as LLVM vectors.

    C[m, n] = start[m, n] + sum over ascending k of A[m, k] * B[k, n]

for MR rows and NV vectors of columns. A is broadcast, B and C are contiguous in n. Each output
is one chain of fused multiply-adds in ascending k, so neither the shape of the tile nor the width
of the vector changes a bit.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastdense.kernels.compile.emit import I64, int64
from fastdense.kernels.compile.pointers import hide
from fastdense.kernels.compile.vectors import Vectors

# Where a chain starts: 0, C[m, n], bias[m], bias[n].
ZERO, ACCUMULATE, ROW_BIAS, COLUMN_BIAS = range(4)


def emit_chains(builder, simd, rows, columns, k, start, starts, operands, store, segments=None):
    """Emit the chains of a tile, from where each starts to its end after k steps.

    With `segments` they go on from one segment of k steps to the next.

    Parameters
    ----------
    starts : dict
        For each value of `start` but ZERO, a function of (m, n) that loads where a chain starts.
    operands : callable
        `operands(index)` loads what step `index` needs: a function of m to A's vector, and one of n
        to B's; `operands(index, segment)` that of a segment.
    store : callable
        `store(vector, m, n)` writes a vector of C.
    segments : (count, open), optional
        How many there are, at least 1, and `open(number)`, which is asked for each before its first
        step.
    """
    tiles = [(m, n) for m in range(rows) for n in range(columns)]
    blocks = {name: builder.append_basic_block(name) for name in ("before", "loop", "done")}
    starts = {ZERO: lambda m, n: simd.zero, **starts}
    entries = {way: builder.append_basic_block(f"start_{way}") for way in starts}
    switch = builder.switch(start, entries[ZERO])
    values = {}
    for way, value in starts.items():
        if way != ZERO:
            switch.add_case(int64(way), entries[way])
        builder.position_at_end(entries[way])
        values[way] = [value(m, n) for m, n in tiles]
        builder.branch(blocks["before"])

    def joined(entering):
        """Numbers that come in from several blocks: `[(values, block), ...]`."""
        phis = [builder.phi(simd.vector) for _ in tiles]
        for values, block in entering:
            for phi, value in zip(phis, values, strict=True):
                phi.add_incoming(value, block)
        return phis

    def counted(least):
        """A count from 0 on, and what ends its round: back to `least` until there were so many."""
        index = builder.phi(I64)

        def end(most, begin, done):
            following = builder.add(index, int64(1))
            index.add_incoming(following, builder.block)
            builder.cbranch(builder.icmp_signed("<", following, most), begin, done)

        index.add_incoming(int64(0), least)
        return index, end

    builder.position_at_end(blocks["before"])
    first = joined([(values[way], entries[way]) for way in starts])
    above, opened = blocks["before"], ()
    if segments:
        count, open_segment = segments
        outer = builder.append_basic_block("segment")
        builder.branch(outer)
        builder.position_at_end(outer)
        number, end_segment = counted(above)
        carried = first = joined([(first, above)])
        opened, above = (open_segment(number),), builder.block
    builder.branch(blocks["loop"])

    builder.position_at_end(blocks["loop"])
    index, end_step = counted(above)
    sums = joined([(first, above)])
    of_row, of_column = operands(index, *opened)
    b_vectors = [of_column(n) for n in range(columns)]
    after = []
    for m in range(rows):
        a_vector = of_row(m)
        for n in range(columns):
            after.append(simd.fma(builder, a_vector, b_vectors[n], sums[m * columns + n]))
    for phi, value in zip(sums, after, strict=True):
        phi.add_incoming(value, builder.block)
    following = builder.append_basic_block("following") if segments else blocks["done"]
    end_step(k, blocks["loop"], following)
    if segments:
        builder.position_at_end(following)
        for phi, value in zip(carried, after, strict=True):
            phi.add_incoming(value, following)
        end_segment(count, outer, blocks["done"])

    builder.position_at_end(blocks["done"])
    for (m, n), value in zip(tiles, after, strict=True):
        store(value, m, n)


def emit_call(builder, name, shapes, rows, columns, arguments, write_body):
    """Emit the call of the tile of so many rows and columns, which are known when it runs.

    Each tile is a function of its own, `write_body(builder, rows, columns, *arguments)`: in one
    function, what each of many tiles needs would be prepared for every product, and kept on the
    stack.
    """

    def tile_of(m, n):
        tile = builder.module.globals.get(f"{name}_{m}_{n}")
        if tile is None:
            function_type = ir.FunctionType(ir.VoidType(), [a.type for a in arguments])
            tile = ir.Function(builder.module, function_type, f"{name}_{m}_{n}")
            tile.linkage = "internal"
            tile.attributes.add("noinline")
            body = ir.IRBuilder(tile.append_basic_block())
            write_body(body, m, n, *tile.args)
            body.ret_void()
        return tile

    most = max(n for _, n in shapes) + 1
    end = builder.append_basic_block("tiled")
    switch = builder.switch(builder.add(builder.mul(rows, int64(most)), columns), end)
    for m, n in sorted(shapes):
        block = builder.append_basic_block(f"tile_{m}_{n}")
        switch.add_case(int64(m * most + n), block)
        builder.position_at_end(block)
        builder.call(tile_of(m, n), arguments)
        builder.branch(end)
    builder.position_at_end(end)


def open_segments(builder, table, a, b):
    """`open(number)` of segments: pointers to their parts of A and B, by offsets in a table."""

    def open_segment(number):
        place = builder.mul(number, int64(2))
        offsets = (builder.gep(table, [builder.add(place, int64(i))]) for i in range(2))
        return tuple(
            hide(builder, builder.gep(array, [builder.load(offset)]))
            for array, offset in zip((a, b), offsets, strict=True)
        )

    return open_segment


def make_tile(kind, shapes, width, segmented=False):
    """The intrinsic `tile(rows, vectors, k, a, sam, sak, b, ldb, c, ldc, start, bias, tail)`.

    With `segmented` there are also a count of segments and the table of where they begin in A and
    B, behind the others: pairs of offsets. `shapes` are the pairs of rows and vectors that there
    are. Strides are in elements. Of a single vector only the first `tail` columns are written; B
    and a bias of columns are read in full, so they must be readable up to a whole vector.
    """
    simd = Vectors(kind, width)

    def write_body(
        builder, rows, vectors, k, a, sam, sak, b, ldb, c, ldc, start, bias, tail, *segments
    ):
        mask = simd.first_lanes(builder, tail) if vectors == 1 else None

        def place(m, n):
            row = builder.mul(int64(m), ldc)
            return builder.gep(c, [builder.add(row, int64(n * width))])

        def load(m, n):
            if mask is None:
                return simd.load(builder, place(m, n))
            return simd.masked_load(builder, place(m, n), mask)

        def store(value, m, n):
            if mask is None:
                simd.store(builder, value, place(m, n))
            else:
                simd.masked_store(builder, value, place(m, n), mask)

        def row_bias(m, n):
            return simd.splat(builder, builder.load(builder.gep(bias, [int64(m)])))

        def column_bias(m, n):
            return simd.load(builder, builder.gep(bias, [int64(n * width)]))

        def operands(index, begin=(a, b)):
            a, b = begin
            b_row = builder.gep(b, [builder.mul(index, ldb)])
            # Else LLVM goes from each row to the next by an addition that waits for the one before.
            a_column = hide(builder, builder.gep(a, [builder.mul(index, sak)]))

            def of_row(m):
                number = builder.load(builder.gep(a_column, [builder.mul(int64(m), sam)]))
                return simd.splat(builder, number)

            def of_column(n):
                return simd.load(builder, builder.gep(b_row, [int64(n * width)]))

            return of_row, of_column

        starts = {ACCUMULATE: load, ROW_BIAS: row_bias, COLUMN_BIAS: column_bias}
        parts = None
        if segments:
            count, table = segments
            parts = count, open_segments(builder, table, a, b)
        emit_chains(builder, simd, rows, vectors, k, start, starts, operands, store, parts)

    pointer = types.CPointer(kind)
    kinds = (
        *(types.intp, types.intp, types.intp, pointer, types.intp, types.intp),
        *(pointer, types.intp, pointer, types.intp, types.intp, pointer, types.intp),
    )
    name = f"segments_{kind}" if segmented else f"tile_{kind}"

    def codegen(context, builder, signature, arguments):
        rows, vectors, *rest = arguments
        emit_call(builder, name, shapes, rows, vectors, rest, write_body)
        return context.get_dummy_value()

    def emit(typingctx, rows, vectors, k, a, sam, sak, b, ldb, c, ldc, start, bias, tail):
        return types.void(*kinds), codegen

    def emit_segmented(
        typingctx, rows, vectors, k, a, sam, sak, b, ldb, c, ldc, start, bias, tail, count, table
    ):
        return types.void(*kinds, types.intp, types.CPointer(types.int64)), codegen

    return intrinsic(emit_segmented if segmented else emit)
