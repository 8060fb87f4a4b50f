"""Squares of numbers that are transposed in registers and multiplied there, and not written."""

from numba import types
from numba.extending import intrinsic

from fastdense.kernels.compile.emit import int64
from fastdense.kernels.compile.vectors import Vectors
from fastdense.kernels.linalg.transpose import clamped, places_of


def make_times(kind, width, whole, vectors=1, sloped=False):
    """The intrinsic `times(matrix, slopes, matrix_stride, rows, columns, vector, between, target)`.

    target (vectors, width) += the square matrix (rows, columns) times each of `vectors` vectors
    (columns), `between` numbers from one to the next; each number goes on as one chain over
    ascending columns. Rows of the matrix are `matrix_stride` numbers apart. If `sloped`, it is
    `matrix` times `slopes`, number by number. Nothing else is read; of each vector of `target`
    `rows` numbers are written. A `whole` one takes `rows` and `columns` to be `width`.
    """
    simd = Vectors(kind, width)

    def emit(typingctx, matrix, slopes, matrix_stride, rows, columns, vector, between, target):
        pointer = types.CPointer(kind)
        signature = types.void(
            *(pointer, pointer, types.intp, types.intp, types.intp),
            *(pointer, types.intp, pointer),
        )

        def codegen(context, builder, signature, arguments):
            matrix, slopes, matrix_stride, rows, columns, vector, between, target = arguments
            present = None if whole else simd.first_lanes(builder, rows)
            among = None if whole else simd.first_lanes(builder, columns)
            starts = [builder.gep(vector, [builder.mul(between, int64(v))]) for v in range(vectors)]
            targets = [builder.gep(target, [int64(v * width)]) for v in range(vectors)]

            def load(place, mask):
                if whole:
                    return simd.load(builder, place)
                return simd.masked_load(builder, place, mask)

            def load_square(base):
                if whole and vectors > 1:  # one alone waits longer for these than it gains
                    places = places_of(builder, base, matrix_stride, width)
                else:  # a missing row is the last one again
                    offsets = clamped(
                        builder, matrix_stride, int64(width) if whole else rows, width
                    )
                    places = [builder.gep(base, [offset]) for offset in offsets]
                return [load(place, among) for place in places]

            lines = load_square(matrix)
            if sloped:
                pairs = zip(lines, load_square(slopes), strict=True)
                lines = [builder.fmul(*pair) for pair in pairs]
            sums = [load(place, present) for place in targets]
            done = builder.append_basic_block("done")
            ends = []
            for column, line in enumerate(simd.transpose(builder, lines)):
                if column and not whole:
                    ends.append((sums, builder.block))
                    more = builder.append_basic_block("more")
                    further = builder.icmp_signed("<", int64(column), columns)
                    builder.cbranch(further, more, done)
                    builder.position_at_end(more)
                factors = [builder.load(builder.gep(start, [int64(column)])) for start in starts]
                sums = [
                    simd.fma(builder, line, simd.splat(builder, factor), chain)
                    for factor, chain in zip(factors, sums, strict=True)
                ]
            ends.append((sums, builder.block))
            builder.branch(done)
            builder.position_at_end(done)
            chains = [builder.phi(simd.vector) for _ in range(vectors)]
            for values, block in ends:
                for chain, value in zip(chains, values, strict=True):
                    chain.add_incoming(value, block)
            for chain, place in zip(chains, targets, strict=True):
                if whole:
                    simd.store(builder, chain, place)
                else:
                    simd.masked_store(builder, chain, place, present)
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)
