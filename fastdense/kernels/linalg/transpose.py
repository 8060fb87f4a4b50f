"""Squares of numbers that are transposed in registers, on the way from one array to another."""

from numba import types
from numba.extending import intrinsic

from fastdense.kernels.compile.emit import int64
from fastdense.kernels.compile.pointers import hide
from fastdense.kernels.compile.vectors import Vectors


def clamped(builder, stride, count, width):
    """Offsets of `width` rows; a row beyond `count` is the last one."""
    last = builder.sub(count, int64(1))
    offsets = [int64(0)]
    for row in range(1, width):
        step = builder.select(builder.icmp_signed("<=", int64(row), last), stride, int64(0))
        offsets.append(builder.add(offsets[-1], step))
    return offsets


def places_of(builder, base, stride, count):
    """Pointers to `count` rows; where each fourth one comes from is hidden from LLVM.

    Else it would keep all of them, most on the stack.
    """
    places = []
    while len(places) < count:
        base = hide(builder, base)
        places += [builder.gep(base, [builder.mul(stride, int64(row))]) for row in range(4)]
        base = builder.gep(base, [builder.mul(stride, int64(4))])
    return places[:count]


def make_turn(kind, width, whole):
    """The intrinsic `turn(delta, slope, stride, rows, target, target_stride)` of one square.

    Multiplies `rows` rows of `width` numbers of `delta` by those of `slope`, in place, and writes
    the square's transpose to `target`; columns of the transpose from `rows` on mean nothing. A
    `whole` one takes `rows` to be `width`.
    """
    simd = Vectors(kind, width)

    def emit(typingctx, delta, slope, stride, rows, target, target_stride):
        pointer = types.CPointer(kind)
        signature = types.void(pointer, pointer, types.intp, types.intp, pointer, types.intp)

        def codegen(context, builder, signature, arguments):
            delta, slope, stride, rows, target, target_stride = arguments
            if whole:
                places, slopes = (places_of(builder, p, stride, width) for p in (delta, slope))
            else:
                # A missing row is the last one again: all are read before any is written.
                offsets = clamped(builder, stride, rows, width)
                places, slopes = (
                    [builder.gep(base, [offset]) for offset in offsets] for base in (delta, slope)
                )
            lines = [
                builder.fmul(simd.load(builder, place), simd.load(builder, factor))
                for place, factor in zip(places, slopes, strict=True)
            ]
            for place, line in zip(places, lines, strict=True):
                simd.store(builder, line, place)
            targets = places_of(builder, target, target_stride, width)
            for place, line in zip(targets, simd.transpose(builder, lines), strict=True):
                simd.store(builder, line, place)
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)


def make_gather(kind, width, whole):
    """The intrinsic `gather(source, offsets, rows, columns, target, stride)` of one square.

    The `columns` numbers at `source + offsets[r]` become column r of `target`, for r < `rows`;
    columns from `rows` to `width` become zero. Nothing else is read, nothing beyond row
    `columns` written. A `whole` one takes `rows` and `columns` to be `width`.
    """
    simd = Vectors(kind, width)

    def emit(typingctx, source, offsets, rows, columns, target, stride):
        pointer = types.CPointer(kind)
        signature = types.void(
            *(pointer, types.CPointer(types.int64), types.intp, types.intp, pointer, types.intp)
        )

        def codegen(context, builder, signature, arguments):
            source, offsets, rows, columns, target, stride = arguments
            lines = []
            for row in range(width):
                offset = builder.load(builder.gep(offsets, [int64(row)]))
                place = builder.gep(source, [offset])
                if whole:
                    lines.append(simd.load(builder, place))
                    continue
                present = builder.icmp_signed("<", int64(row), rows)
                mask = simd.first_lanes(builder, builder.select(present, columns, int64(0)))
                lines.append(simd.masked_load(builder, place, mask))
            lines = simd.transpose(builder, lines)
            # A line too many goes to the last row, before the line that belongs there.
            targets = clamped(builder, stride, int64(width) if whole else columns, width)
            for line, target_offset in reversed(list(zip(lines, targets, strict=True))):
                simd.store(builder, line, builder.gep(target, [target_offset]))
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)


def make_narrow_gather(kind, width):
    """The intrinsic `gather(source, offsets, target, stride)` of `width` samples of few features.

    The numbers of 128 bits at `source + offsets[r]` become column r of `target`.
    """
    simd = Vectors(kind, width)
    part = Vectors(kind, simd.part)

    def emit(typingctx, source, offsets, target, stride):
        pointer = types.CPointer(kind)
        signature = types.void(pointer, types.CPointer(types.int64), pointer, types.intp)

        def codegen(context, builder, signature, arguments):
            source, offsets, target, stride = arguments
            lines = []
            for first in range(part.width):
                pieces = []
                for row in range(first, width, part.width):
                    offset = builder.load(builder.gep(offsets, [int64(row)]))
                    pieces.append(part.load(builder, builder.gep(source, [offset])))
                while len(pieces) > 1:
                    lanes = range(2 * pieces[0].type.count)
                    pairs = zip(pieces[::2], pieces[1::2], strict=True)
                    pieces = [simd.shuffle(builder, *pair, lanes) for pair in pairs]
                lines.append(pieces[0])
            for line in simd.transpose_parts(builder, lines):
                simd.store(builder, line, target)
                target = builder.gep(target, [stride])
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)


def make_scatter(kind, width, whole):
    """The intrinsic `scatter(source, stride, rows, columns, target, target_stride)` of one square.

    Column c of `source` (rows, columns) becomes the `rows` numbers at `target + c *
    target_stride`. Of `source` whole vectors are read, nothing else is written. A `whole` one takes
    `rows` to be `width`.
    """
    simd = Vectors(kind, width)

    def emit(typingctx, source, stride, rows, columns, target, target_stride):
        pointer = types.CPointer(kind)
        signature = types.void(*(pointer, types.intp, types.intp, types.intp, pointer, types.intp))

        def codegen(context, builder, signature, arguments):
            source, stride, rows, columns, target, target_stride = arguments
            # A missing row is the last one again.
            offsets = clamped(builder, stride, int64(width) if whole else rows, width)
            lines = [simd.load(builder, builder.gep(source, [offset])) for offset in offsets]
            mask = None if whole else simd.first_lanes(builder, rows)
            # A line too many goes to the last place, before the line that belongs there.
            targets = clamped(builder, target_stride, columns, width)
            lines = zip(simd.transpose(builder, lines), targets, strict=True)
            for line, target_offset in reversed(list(lines)):
                place = builder.gep(target, [target_offset])
                if whole:
                    simd.store(builder, line, place)
                else:
                    simd.masked_store(builder, line, place, mask)
            return context.get_dummy_value()

        return signature, codegen

    return intrinsic(emit)
